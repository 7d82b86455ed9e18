// Runs before the first paint, so that a chosen theme does not flash. No choice: the system's, by the style sheet.
(function () {
  try {
    var theme = localStorage.getItem('collab.theme');
    if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
  } catch (_) { /* Storage may be forbidden; the system's theme it is. */ }
})();
