// Small comforts on pages that work without them: focus on errors, "Sending…" on a pressed button, no double sending.
document.documentElement.classList.add("has-script");

const summary = document.querySelector("[data-focus]");
if (summary) summary.focus();

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "yes";
  const button = event.submitter || form.querySelector("button");
  const words = button && (button.dataset.sending || form.dataset.sending);
  if (!words) return;
  button.dataset.was = button.innerHTML;
  button.setAttribute("aria-busy", "true");
  button.textContent = words;
});

// Back in the browser's history, or a download that never left the page: the buttons are ready again.
function ready() {
  for (const form of document.querySelectorAll("[data-sent]")) delete form.dataset.sent;
  for (const button of document.querySelectorAll("[data-was]")) {
    button.innerHTML = button.dataset.was;
    button.removeAttribute("aria-busy");
    delete button.dataset.was;
  }
}
addEventListener("pageshow", ready);
document.addEventListener("htmx:afterRequest", ready);
