// One button opens or closes all folds of a page, and what was chosen holds on the next page, too.
(() => {
  const KEY = "manytasks-folds";
  // Storage may be denied; then a choice holds for its page.
  const remembered = () => {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null;
    }
  };
  const remember = (choice) => {
    try {
      localStorage.setItem(KEY, choice);
    } catch {
      // as above
    }
  };
  const start = () => {
    const article = document.querySelector("article");
    const folds = [...(article?.querySelectorAll("details") ?? [])];
    const solutions = [...(article?.querySelectorAll(".admonition.toggle") ?? [])];
    if (folds.length + solutions.length < 2) return;
    const isOpen = (each) => (each.matches("details") ? each.open : !each.classList.contains("toggle-hidden"));
    const all = [...folds, ...solutions];
    const set = (open) => {
      for (const fold of folds) fold.open = open;
      for (const solution of solutions) if (isOpen(solution) !== open) solution.querySelector(".toggle-button")?.click();
    };
    const button = Object.assign(document.createElement("button"), { type: "button", className: "folds" });
    const say = () => {
      const closed = all.filter((each) => !isOpen(each)).length;
      button.textContent = closed ? `Open all ${all.length} folds` : `Close all ${all.length} folds`;
    };
    button.onclick = () => {
      const open = !all.every(isOpen);
      remember(open ? "open" : "closed");
      set(open);
      say();
    };
    article.querySelector("h1")?.after(button);
    if (remembered() === "open") set(true);
    say();
    article.addEventListener("toggle", say, true);
    article.addEventListener("click", () => requestAnimationFrame(say));
  };
  if (document.readyState === "complete") start();
  else addEventListener("load", start);
})();
