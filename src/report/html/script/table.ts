/** A table to work with: all rows in one, searched, filtered and sorted. */
export const tableScript = `
  function setUpTable(card) {
    const [tools, more] = [card.querySelector('.tools'), card.querySelector('details.more')];
    const { noun } = tools.dataset;
    const sorted = card.querySelector('table');
    const body = sorted.querySelector('tbody');
    const first = body.rows.length;
    if (more) {
      body.append(...more.querySelector('tbody').rows);
      more.remove();
    }
    const rows = [...body.rows].map((element, rank) => ({
      element, rank, text: element.cells[0].textContent.toLowerCase(), kind: element.dataset.class, changed: 'changed' in element.dataset,
    }));
    const [input, kind, changed] = [tools.querySelector('[type=search]'), tools.querySelector('select'), tools.querySelector('[type=checkbox]')];
    const [all, told] = [tools.querySelector('.all'), tools.querySelector('.found')];
    let isWhole = first === rows.length;
    let order = { by: null, sign: 1 };

    function compare(a, b) {
      if (order.by === null) return a.rank - b.rank;
      if (order.by === 'name') return order.sign * (a.text < b.text ? -1 : a.text > b.text ? 1 : 0);
      const [x, y] = [a, b].map(({ element }) => element.dataset[order.by]);
      // Rows without the figure come last whichever way it goes.
      if (x === undefined || y === undefined) return (x === undefined) - (y === undefined) || a.rank - b.rank;
      return order.sign * (Number(x) - Number(y)) || a.rank - b.rank;
    }

    function show() {
      const wanted = input.value.trim().toLowerCase();
      const isFiltered = wanted !== '' || kind.value !== '' || changed?.checked;
      const matching = rows.filter((row) => row.text.includes(wanted) && (kind.value === '' || row.kind === kind.value) && !(changed?.checked && !row.changed));
      const shown = matching.sort(compare).slice(0, isWhole || isFiltered ? rows.length : first);
      body.replaceChildren(...shown.map(({ element }) => element));
      all.hidden = isWhole || isFiltered;
      told.textContent = shown.length === rows.length ? '' : shown.length === 0 ? 'no ' + noun.slice(0, -1) + ' found' : shown.length + ' of ' + rows.length + ' ' + noun;
    }

    for (const head of sorted.querySelectorAll('th[data-by]')) {
      const button = document.createElement('button');
      button.type = 'button';
      button.className = 'sort';
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener('click', () => {
        const { by } = head.dataset;
        // Figures from the largest on, names from A on; then the other way round, then as they came.
        const begin = by === 'name' ? 1 : -1;
        order = order.by !== by ? { by, sign: begin } : order.sign === begin ? { by, sign: -begin } : { by: null, sign: 1 };
        for (const other of sorted.querySelectorAll('th[data-by]')) other.removeAttribute('aria-sort');
        if (order.by !== null) head.setAttribute('aria-sort', order.sign > 0 ? 'ascending' : 'descending');
        show();
      });
    }
    input.addEventListener('input', show);
    kind.value = '';
    kind.addEventListener('change', show);
    changed?.addEventListener('change', show);
    all.addEventListener('click', () => {
      isWhole = true;
      show();
      input.focus();
    });
    addEventListener('beforeprint', () => {
      isWhole = true;
      show();
    });
    tools.hidden = false;
    show();
  }
`;
