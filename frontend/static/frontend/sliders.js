"use strict";
/* The page works without this file. It moves number and slider together, and reckons anew when a slider is let go. */
document.querySelectorAll(".slider").forEach(function (box) {
  var typed = box.querySelector("input[type=text]"), range = box.querySelector("input[type=range]");
  var at = box.querySelector("input[type=hidden]");
  range.addEventListener("input", function () { typed.value = range.value; });
  range.addEventListener("change", function () { range.form.requestSubmit(); });
  typed.addEventListener("input", function () {
    range.value = typed.value.replace(/\s/g, "").replace(",", ".") || range.min;
    at.value = range.value;
  });
});
