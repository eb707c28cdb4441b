// Everything on the page works without this file; it remembers the theme, filters and sorts tables,
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

  // Sorting of the data tables: a heading becomes a button; a total stays below, what is not known goes last.
  document.querySelectorAll('.data-table').forEach(function (table) {
    var body = table.tBodies[0];
    if (!body || body.rows.length < 3) { return; }
    Array.prototype.forEach.call(table.tHead.rows[0].cells, function (head, column) {
      var button = document.createElement('button');
      button.type = 'button';
      button.className = 'sort';
      while (head.firstChild) { button.appendChild(head.firstChild); }
      head.appendChild(button);
      button.addEventListener('click', function () { sort(table, head, column); });
    });
  });

  function sort(table, head, column) {
    var down = head.getAttribute('aria-sort') === 'ascending';
    Array.prototype.forEach.call(head.parentElement.cells, function (cell) { cell.removeAttribute('aria-sort'); });
    head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
    var body = table.tBodies[0];
    var rows = Array.prototype.filter.call(body.rows, function (row) { return !row.classList.contains('total'); });
    var keyed = rows.map(function (row) {
      var text = row.cells[column].textContent.trim();
      return { row: row, text: text, number: head.classList.contains('number') ? size(text) : null };
    });
    keyed.sort(function (a, b) {
      var unknown = (a.text === '—') - (b.text === '—');
      var order = a.number === null || b.number === null
        ? (a.number === null) - (b.number === null) || a.text.localeCompare(b.text, root.lang)
        : a.number - b.number;
      return unknown || (down ? -order : order);
    });
    var total = body.querySelector('.total');
    keyed.forEach(function (part) { body.insertBefore(part.row, total); });
  }

  // The size of a printed number: thousands separators, a sign, and durations such as 4 min 12 s.
  var units = { d: 86400, '天': 86400, h: 3600, '小时': 3600, min: 60, '分': 60, s: 1, '秒': 1 };
  function size(text) {
    var plain = text.replace(/,/g, '').replace(/[\u2212]/g, '-').replace(/[≥≤±¥]/g, '').trim();
    var parts = plain.match(/[\d.]+\s*(?:d|h|min|s|天|小时|分|秒)(?=\s|$)/g);
    if (parts) {
      var seconds = parts.reduce(function (sum, part) {
        return sum + parseFloat(part) * units[part.replace(/[\d.\s]/g, '')];
      }, 0);
      return plain.charAt(0) === '-' ? -seconds : seconds;
    }
    var number = parseFloat(plain);
    return isNaN(number) ? null : number;
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
