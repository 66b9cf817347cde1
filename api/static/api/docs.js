// Shows the schema named in data-schema. Writing requests carry the CSRF token of the reader's own session.
"use strict";

const place = document.getElementById("swagger-ui");

SwaggerUIBundle({
  url: place.dataset.schema,
  domNode: place,
  deepLinking: true,
  validatorUrl: null, // the default would ask a third-party host
  presets: [SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
  requestInterceptor(request) {
    const cookie = document.cookie.split("; ").find((part) => part.startsWith("csrftoken="));
    if (cookie && request.method && request.method !== "GET") {
      request.headers["X-CSRFToken"] = cookie.slice("csrftoken=".length);
    }
    return request;
  },
});
