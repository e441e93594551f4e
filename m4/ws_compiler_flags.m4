dnl WS_COMPILER_FLAGS: C++20, hidden visibility, and the warnings that the tree is kept free of with gcc 12 and clang 14.
AC_DEFUN([WS_COMPILER_FLAGS], [
  WS_WARNINGS="-Wall -Wextra -Wpointer-arith -Wwrite-strings -Wvla -Wformat=2 -Wno-format-nonliteral -Wundef"
  WS_CXXWARNINGS="-Wnon-virtual-dtor -Woverloaded-virtual -Wextra-semi"
  WS_CFLAGS="-std=gnu17 -fvisibility=hidden $WS_WARNINGS"
  WS_CXXFLAGS="-std=gnu++20 -fvisibility=hidden -fvisibility-inlines-hidden $WS_WARNINGS $WS_CXXWARNINGS"
  AC_ARG_ENABLE([werror], [AS_HELP_STRING([--enable-werror], [make warnings errors (CI does)])],
    [AS_IF([test "x$enableval" != xno], [WS_CFLAGS="$WS_CFLAGS -Werror"; WS_CXXFLAGS="$WS_CXXFLAGS -Werror"])])
  AC_SUBST([WS_CFLAGS])
  AC_SUBST([WS_CXXFLAGS])
  AC_LANG_PUSH([C++])
  ws_save_CXXFLAGS=$CXXFLAGS
  CXXFLAGS="$CXXFLAGS -std=gnu++20"
  AC_MSG_CHECKING([whether $CXX compiles C++20])
  AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[#include <concepts>
    template <std::integral T> T twice(T v) { return v + v; }]], [[return twice(0);]])],
    [AC_MSG_RESULT([yes])],
    [AC_MSG_RESULT([no]); AC_MSG_ERROR([a C++20 compiler is needed (gcc 12 or clang 14, or newer).])])
  CXXFLAGS=$ws_save_CXXFLAGS
  AC_LANG_POP
])
