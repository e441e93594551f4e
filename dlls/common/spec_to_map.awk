# Makes a linker version script from a .spec file: its symbols are exported, nothing else.
# Use: awk -v version=WINDSOCK_1 -v extra="name name" -f spec_to_map.awk file.spec
BEGIN {
  print version " {\n  global:"
  n = split(extra, names, " ")
  for (i = 1; i <= n; i++) print "    " names[i] ";"
}
/^#/ || NF == 0 { next }
{ print "    " ($3 == "=" ? $2 : $3) ";" }
END { print "  local:\n    *;\n};" }
