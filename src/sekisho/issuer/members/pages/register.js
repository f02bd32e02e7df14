/* Has the browser make a passkey and sends the bank what it says. */
const form = document.getElementById("register");

if (form && window.PublicKeyCredential?.parseCreationOptionsFromJSON) {
  document.getElementById("needs-script").hidden = true;
  form.querySelector("button").disabled = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(JSON.parse(form.dataset.options));
      const made = await navigator.credentials.create({ publicKey });
      form.elements.response.value = JSON.stringify(made);
    } catch {
      form.elements.response.value = "";
    }
    form.submit();
  });
}
