"use strict";
/* All pages work without this file. It keeps a second tap from sending a form twice and copies text. */
document.addEventListener("submit", function (event) {
  var form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "1";
  setTimeout(function () {
    form.querySelectorAll("button:not([name])").forEach(function (button) { button.disabled = true; });
  }, 0);
  setTimeout(function () {
    delete form.dataset.sent;
    form.querySelectorAll("button").forEach(function (button) { button.disabled = false; });
  }, 8000);
});
window.addEventListener("pageshow", function () {
  document.querySelectorAll("form[data-sent]").forEach(function (form) {
    delete form.dataset.sent;
    form.querySelectorAll("button").forEach(function (button) { button.disabled = false; });
  });
});
/* Where the donor is says in which currency they probably promise. What was typed or chosen stays as it is. */
document.addEventListener("change", function (event) {
  var form = event.target.form, select = form && form.dataset.currencies && form.elements.currency;
  if (!select) return;
  if (event.target === select) form.dataset.chosen = "1";
  if (event.target.name === "country" && !form.dataset.chosen && !form.elements.amount.value) {
    select.value = JSON.parse(form.dataset.currencies)[event.target.value] || select.value;
  }
  var sums = form.querySelector(".chips");
  sums.style.display = select.value === form.dataset.shown ? "" : "none";
});
document.addEventListener("click", function (event) {
  var button = event.target.closest("[data-copy]");
  if (!button || !navigator.clipboard) return;
  navigator.clipboard.writeText(button.dataset.copy).then(function () {
    button.textContent = button.dataset.copied || button.textContent;
  });
});
