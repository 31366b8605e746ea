// Runs at CloudFront's edge before each request for the API: tells it the viewer's address, and
// overwrites what the viewer may have said of it.
function handler(event) {
  const request = event.request;
  request.headers['x-viewer-address'] = { value: event.viewer.ip };
  return request;
}
