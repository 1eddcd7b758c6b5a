/*
 * The description of the API for people: Swagger UI on the one element of the page, which carries
 * what the server knows. A call that changes something takes the session's token along.
 */
"use strict";

const place = document.querySelector("#swagger-ui");

window.SwaggerUIBundle({
  ...JSON.parse(place.dataset.settings),
  url: place.dataset.schema,
  domNode: place,
  presets: [window.SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
  requestInterceptor(request) {
    if (![undefined, "GET", "HEAD"].includes(request.method)) {
      request.headers[place.dataset.tokenHeader] = place.dataset.token;
    }
    return request;
  },
});
