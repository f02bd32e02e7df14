// Asks the browser for the passkey and sends the bank what it says; without scripts the page says so.
(() => {
  "use strict";
  const form = document.getElementById("passkey");
  if (!window.PublicKeyCredential?.parseRequestOptionsFromJSON) {
    return;
  }
  document.getElementById("needs-script").hidden = true;
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    form.querySelector("button").disabled = true;
    try {
      const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(JSON.parse(form.dataset.request));
      form.elements.response.value = JSON.stringify(await navigator.credentials.get({ publicKey }));
    } catch {
      form.elements.response.value = "";
    }
    form.submit();
  });
})();
