// Everything on the page works without this file; it remembers the theme, filters the table,
// shows hints to fingers as well as to pointers, and opens what is closed before printing.
(function () {
  'use strict';
  var root = document.documentElement;

  // Theme: storage is refused on some file:// pages, then the choice lasts as long as the page.
  var stored = null;
  try { stored = localStorage.getItem('kefu-theme'); } catch (error) { stored = null; }
  document.querySelectorAll('.theme input').forEach(function (choice) {
    if (choice.value === stored) { choice.checked = true; }
    choice.addEventListener('change', function () { apply(choice.value); });
  });
  if (stored) { apply(stored); }

  function apply(theme) {
    root.setAttribute('data-theme', theme);
    try { localStorage.setItem('kefu-theme', theme); } catch (error) { /* see above */ }
  }

  // Filter of the KPI table.
  var filter = document.getElementById('kpi-filter');
  if (filter) {
    filter.parentElement.hidden = false;
    filter.addEventListener('change', function () {
      document.querySelectorAll('.kpis tbody tr').forEach(function (row) {
        row.hidden = filter.value === 'moved' && row.dataset.group !== 'moved';
      });
    });
  }

  // Hints: the <title> of a region, shown at once and also on touch.
  var tip = document.createElement('div');
  tip.className = 'tip';
  tip.hidden = true;
  tip.setAttribute('aria-hidden', 'true');
  document.body.appendChild(tip);
  document.querySelectorAll('.hits').forEach(function (hits) {
    hits.querySelectorAll('rect').forEach(function (rect) {
      var title = rect.querySelector('title');
      if (title) { rect.dataset.hint = title.textContent; title.remove(); }
    });
    hits.addEventListener('pointerover', show);
    hits.addEventListener('pointerdown', show);
    hits.addEventListener('pointerout', function () { tip.hidden = true; });
  });

  function show(event) {
    var text = event.target.dataset.hint;
    if (!text) { return; }
    tip.textContent = text;
    tip.hidden = false;
    var box = event.target.getBoundingClientRect();
    var left = box.left + box.width / 2 - tip.offsetWidth / 2;
    var widest = root.clientWidth - tip.offsetWidth - 8;
    tip.style.left = window.scrollX + Math.max(8, Math.min(left, widest)) + 'px';
    tip.style.top = window.scrollY + box.top - tip.offsetHeight - 6 + 'px';
  }

  // Paper shows everything.
  var closed = [];
  window.addEventListener('beforeprint', function () {
    closed = Array.prototype.slice.call(document.querySelectorAll('details:not([open])'));
    closed.forEach(function (part) { part.open = true; });
  });
  window.addEventListener('afterprint', function () {
    closed.forEach(function (part) { part.open = false; });
  });
}());
