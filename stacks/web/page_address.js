// Runs at CloudFront's edge before each request for the page: an address without an extension has
// the HTML file of its name.
function handler(event) {
  const request = event.request;
  if (/^\/[a-z0-9-]+\/?$/.test(request.uri)) {
    request.uri = request.uri.replace(/\/$/, '') + '.html';
  }
  return request;
}
