// Passkeys: speaks to the browser, then sends the form. Data comes from a JSON block or from the form's own address.
const form = document.querySelector("[data-passkey]");
const supported = Boolean(window.PublicKeyCredential && navigator.credentials);

const bytes = (text) => {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
};
const words = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const ids = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

async function make(options) {
  const ask = options.publicKey;
  const made = await navigator.credentials.create({
    publicKey: {
      ...ask,
      challenge: bytes(ask.challenge),
      user: { ...ask.user, id: bytes(ask.user.id) },
      excludeCredentials: ids(ask.excludeCredentials),
    },
  });
  return {
    ...plain(made),
    response: {
      clientDataJSON: words(made.response.clientDataJSON),
      attestationObject: words(made.response.attestationObject),
      transports: made.response.getTransports ? made.response.getTransports() : [],
    },
  };
}

async function use(options) {
  const ask = options.publicKey;
  const given = await navigator.credentials.get({
    publicKey: { ...ask, challenge: bytes(ask.challenge), allowCredentials: ids(ask.allowCredentials) },
  });
  const answer = given.response;
  return {
    ...plain(given),
    response: {
      clientDataJSON: words(answer.clientDataJSON),
      authenticatorData: words(answer.authenticatorData),
      signature: words(answer.signature),
      userHandle: answer.userHandle ? words(answer.userHandle) : null,
    },
  };
}

const plain = (credential) => ({
  id: credential.id,
  rawId: words(credential.rawId),
  type: credential.type,
  authenticatorAttachment: credential.authenticatorAttachment,
  clientExtensionResults: credential.getClientExtensionResults(),
});

async function options() {
  const block = document.getElementById("passkey-data");
  if (block) return JSON.parse(block.textContent);
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error("no options");
  return answer.json();
}

async function go(button) {
  const said = form.querySelector("[data-passkey-problem]");
  said.hidden = true;
  button.setAttribute("aria-busy", "true");
  try {
    const data = await options();
    const credential = data.creation_options ? await make(data.creation_options) : await use(data.request_options);
    form.querySelector("[name=credential]").value = JSON.stringify(credential);
    form.requestSubmit();
  } catch {
    said.hidden = false;
    said.focus();
  } finally {
    button.removeAttribute("aria-busy");
  }
}

if (form && supported) {
  form.hidden = false;
  const button = form.querySelector("[data-passkey-go]");
  button.addEventListener("click", () => go(button));
}
for (const one of document.querySelectorAll("[data-no-passkey]")) one.hidden = supported;
