/* What the till scans, drawn without asking anybody: a QR code and bars of 18 digits. */
"use strict";

const portalSymbols = (() => {
  const SIZE = 21; // version 1, level M, mask 0: room for 34 digits
  const DATA = 16;
  const CORRECTION = 10;
  const FORMAT = 0b101010000010010;
  // Widths of bars and gaps, six for each value of Code 128.
  const WIDTHS =
    "212222222122222221121223121322131222122213122312132212221213221312231212112232122132122231113222123122123221223211221132221231213212223112312131311222321122321221312212322112322211212123212321232121111323131123131321112313132113132311211313231113231311112133112331132131113123113321133121313121211331231131213113213311213131311123311321331121312113312311332111314111221411431111111224111422121124121421141122141221112214112412122114122411142112142211241211221114413111241112134111111242121142121241114212124112124211411212421112421211212141214121412121111143111341131141114113114311411113411311113141114131311141411131211412211214211232";
  const STOP = "2331112";
  const QUIET = 10;

  const bitsOf = (number, length) => number.toString(2).padStart(length, "0");

  const codewords = (digits) => {
    let bits = "0001" + bitsOf(digits.length, 10);
    for (const group of digits.match(/.{1,3}/g)) bits += bitsOf(Number(group), [0, 4, 7, 10][group.length]);
    bits += "0000";
    bits = bits.padEnd(Math.ceil(bits.length / 8) * 8, "0");
    const words = bits.match(/.{8}/g).map((word) => parseInt(word, 2));
    for (let at = 0; words.length < DATA; at += 1) words.push(at % 2 ? 0x11 : 0xec);
    return words.concat(corrections(words));
  };

  const times = (one, other) => {
    let product = 0;
    for (let bit = 7; bit >= 0; bit -= 1) {
      product = (product << 1) ^ ((product >>> 7) * 0x11d);
      product ^= ((other >>> bit) & 1) * one;
    }
    return product;
  };

  const corrections = (words) => {
    const divisor = Array(CORRECTION).fill(0);
    divisor[CORRECTION - 1] = 1;
    for (let turn = 0, root = 1; turn < CORRECTION; turn += 1, root = times(root, 2)) {
      for (let at = 0; at < CORRECTION; at += 1) {
        divisor[at] = times(divisor[at], root) ^ (at + 1 < CORRECTION ? divisor[at + 1] : 0);
      }
    }
    const rest = Array(CORRECTION).fill(0);
    for (const word of words) {
      const factor = word ^ rest.shift();
      rest.push(0);
      divisor.forEach((part, at) => (rest[at] ^= times(part, factor)));
    }
    return rest;
  };

  const matrix = (digits) => {
    const rows = Array.from({ length: SIZE }, () => Array(SIZE).fill(null));
    const finder = (top, left) => {
      for (let y = -1; y <= 7; y += 1) {
        for (let x = -1; x <= 7; x += 1) {
          if (rows[top + y]?.[left + x] === undefined) continue;
          const ring = Math.max(Math.abs(y - 3), Math.abs(x - 3));
          rows[top + y][left + x] = ring !== 2 && ring !== 4;
        }
      }
    };
    finder(0, 0);
    finder(0, SIZE - 7);
    finder(SIZE - 7, 0);
    for (let at = 8; at < SIZE - 8; at += 1) rows[6][at] = rows[at][6] = at % 2 === 0;
    for (let bit = 0; bit < 15; bit += 1) {
      const dark = ((FORMAT >>> bit) & 1) === 1;
      // Down the eighth column, and once more along the eighth row.
      if (bit < 6) rows[bit][8] = dark;
      else if (bit < 8) rows[bit + 1][8] = dark;
      else rows[SIZE - 15 + bit][8] = dark;
      if (bit < 8) rows[8][SIZE - 1 - bit] = dark;
      else if (bit === 8) rows[8][7] = dark;
      else rows[8][14 - bit] = dark;
    }
    rows[SIZE - 8][8] = true;
    const bits = codewords(digits).map((word) => bitsOf(word, 8)).join("");
    let next = 0;
    for (let right = SIZE - 1; right >= 1; right -= 2) {
      if (right === 6) right = 5;
      const isUp = ((right + 1) & 2) === 0;
      for (let turn = 0; turn < SIZE; turn += 1) {
        const y = isUp ? SIZE - 1 - turn : turn;
        for (const x of [right, right - 1]) {
          if (rows[y][x] !== null) continue;
          rows[y][x] = (bits[next] === "1") !== ((x + y) % 2 === 0);
          next += 1;
        }
      }
    }
    return rows;
  };

  const bars = (digits) => {
    const values = [105, ...digits.match(/../g).map(Number)];
    const sum = values.reduce((total, value, place) => total + value * Math.max(1, place), 0);
    return [...values, sum % 103].map((value) => WIDTHS.substr(value * 6, 6)).join("") + STOP;
  };

  const svg = (title, box, path, more) =>
    `<svg role="img" aria-label="${title}" viewBox="0 0 ${box}" ${more}><path d="${path}"/></svg>`;

  return {
    matrix,
    bars,
    qr(digits, title) {
      const path = matrix(digits)
        .map((row, y) => row.map((dark, x) => (dark ? `M${x + 2} ${y + 2}h1v1h-1z` : "")).join(""))
        .join("");
      return svg(title, `${SIZE + 4} ${SIZE + 4}`, path, 'class="qr"');
    },
    code128(digits, title) {
      let at = QUIET;
      let path = "";
      [...bars(digits)].forEach((width, place) => {
        if (place % 2 === 0) path += `M${at} 0h${width}v1h-${width}z`;
        at += Number(width);
      });
      return svg(title, `${at + QUIET} 1`, path, 'class="bars" preserveAspectRatio="none"');
    },
  };
})();
