# Makes the ANSWER_… lines (see answers.h) from a .spec file: one for each export that is not supported. Symbols get `prefix`.
/^#/ || NF == 0 || $4 == "works" { next }
{
  symbol = prefix ($3 == "=" ? $2 : $3)
  shape = $4
  if (shape ~ /^errno@/)
    printf "ANSWER_errno(%s, \"%s\", %s, %s)\n", symbol, $2, $5, substr(shape, 7)
  else if (shape == "void")
    printf "ANSWER_void(%s, \"%s\")\n", symbol, $2
  else if (shape == "false" && $5 == "-")
    printf "ANSWER_no(%s, \"%s\")\n", symbol, $2
  else
    printf "ANSWER_%s(%s, \"%s\", %s)\n", shape, symbol, $2, $5
}
