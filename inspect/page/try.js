// The buttons with which the server connects to itself.
for (const b of document.querySelectorAll("[data-try]")) b.addEventListener("click", async () => {
  notice.textContent = "";
  try {
    const answer = await fetch("try/" + b.dataset.try, {method: "POST"});
    notice.textContent = answer.ok ? "The server has called itself: see the latest row." : "That did not work: " + await answer.text();
  } catch {
    notice.textContent = "The server cannot be reached.";
  }
});
