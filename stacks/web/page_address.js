// Runs at CloudFront's edge before each request for the page, and before each answer. An address without
// an extension has the HTML file of its name; one without a file has 404.html. A custom error response
// would do the same to the API's answers.
const PAGES = ['/index.html', '/api-docs.html'];

function fileOf(uri) {
  if (uri === '/' || /^\/[a-z0-9-]+\.(css|js|json|svg)$/.test(uri)) {
    return uri;
  }
  const page = uri.endsWith('.html') ? uri : uri.replace(/\/$/, '') + '.html';
  return PAGES.includes(page) ? page : '/404.html';
}

function handler(event) {
  const file = fileOf(event.request.uri);
  if (event.context.eventType === 'viewer-request') {
    event.request.uri = file;
    return event.request;
  }
  // A repeated request for the same file is answered 304.
  if (file === '/404.html' && event.response.statusCode === 200) {
    event.response.statusCode = 404;
    event.response.statusDescription = 'Not Found';
  }
  return event.response;
}
