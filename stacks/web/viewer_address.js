// Runs at CloudFront's edge before each request for the API: sets the viewer-address header,
// replacing any value the viewer sent.
function handler(event) {
  const request = event.request;
  request.headers['x-viewer-address'] = { value: event.viewer.ip };
  return request;
}
