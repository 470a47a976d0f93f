# The median of every column of figures, warm-up left out.
function median(list, count,    i, j, swap) {
  for (i = 1; i <= count; i++) for (j = i + 1; j <= count; j++)
    if (list[j] < list[i]) { swap = list[i]; list[i] = list[j]; list[j] = swap }
  return count % 2 ? list[(count + 1) / 2] : (list[count / 2] + list[count / 2 + 1]) / 2
}
function column(name, at,    i, count, list) {
  for (i = 1; i <= runs[name]; i++) list[++count] = figure[name, i, at]
  return median(list, count)
}
$1 > 0 { runs[$2]++; for (at = 1; at <= NF; at++) figure[$2, runs[$2], at] = $at + 0 }
END {
  for (name in runs)
    printf "median %-8s produce %6.1f MB/s %6.2f CPU-s/GB | consume %6.1f MB/s %5.2f CPU-s/GB\n",
      name, column(name, 4), column(name, 6), column(name, 16), column(name, 18)
}
