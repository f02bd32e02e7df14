// Submits the one form that says when it wants to go by itself; without scripts its button does.
(() => {
  "use strict";
  const form = document.querySelector("form[data-submit-after-s]");
  if (form) {
    setTimeout(() => form.submit(), Number(form.dataset.submitAfterS) * 1000);
  }
})();
