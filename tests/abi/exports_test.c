/* What the built library exports: each symbol of ws2_32.spec, and no name that belongs to the C library.
 *
 * A library that exported a bare socket() or send() would capture every call of the other libraries in a process. So the names
 * that libc has too are exported under another symbol, and this test reads both columns of the one list. It sees the host's
 * headers alone: dlsym is what it is about. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { kExports = 197 };

struct export {
  char name[64];
  char symbol[64];
};

static struct export g_exports[kExports + 1];
static size_t g_count;
static void *g_library;

static int read_list(void **state) {
  const char *folder = getenv("WINDSOCK_SRCDIR");
  char path[4096], line[512];
  FILE *list;
  (void)state;
  snprintf(path, sizeof path, "%s/dlls/ws2_32/ws2_32.spec", folder != NULL ? folder : ".");
  list = fopen(path, "r");
  if (list == NULL) return -1;
  while (fgets(line, sizeof line, list) != NULL) {
    unsigned ordinal;
    struct export *entry = &g_exports[g_count];
    if (line[0] == '#' || sscanf(line, "%u %63s %63s", &ordinal, entry->name, entry->symbol) != 3) continue;
    if (strcmp(entry->symbol, "=") == 0) memcpy(entry->symbol, entry->name, sizeof entry->symbol);
    if (g_count++ == kExports) break;
  }
  fclose(list);
  g_library = dlopen("libws2_32.so.1", RTLD_NOW);
  return g_library != NULL ? 0 : -1;
}

/* Whether the library itself defines the symbol; dlsym alone would find one of the libraries that it needs. */
static int defined_by_us(const char *symbol) {
  Dl_info where;
  void *address = dlsym(g_library, symbol);
  return address != NULL && dladdr(address, &where) != 0 && strstr(where.dli_fname, "libws2_32") != NULL;
}

static void the_list_is_complete(void **state) {
  (void)state;
  assert_int_equal(g_count, kExports);
}

static void every_export_is_there(void **state) {
  size_t missing = 0;
  (void)state;
  for (size_t i = 0; i < g_count; ++i) {
    if (defined_by_us(g_exports[i].symbol)) continue;
    print_error("%s (symbol %s) is not exported\n", g_exports[i].name, g_exports[i].symbol);
    ++missing;
  }
  assert_int_equal(missing, 0);
}

static void names_of_libc_are_left_to_libc(void **state) {
  size_t captured = 0;
  (void)state;
  for (size_t i = 0; i < g_count; ++i) {
    if (strcmp(g_exports[i].name, g_exports[i].symbol) == 0 || !defined_by_us(g_exports[i].name)) continue;
    print_error("%s is exported under its bare name\n", g_exports[i].name);
    ++captured;
  }
  assert_int_equal(captured, 0);
}

/* A name that libc has must not be exported as it is, whatever the list says. */
static void no_bare_name_of_the_list_is_in_libc(void **state) {
  void *libc = dlopen("libc.so.6", RTLD_NOW);
  size_t shared = 0;
  (void)state;
  assert_non_null(libc);
  for (size_t i = 0; i < g_count; ++i) {
    if (strcmp(g_exports[i].name, g_exports[i].symbol) != 0 || dlsym(libc, g_exports[i].name) == NULL) continue;
    print_error("libc has %s too\n", g_exports[i].name);
    ++shared;
  }
  dlclose(libc);
  assert_int_equal(shared, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_list_is_complete),
      cmocka_unit_test(every_export_is_there),
      cmocka_unit_test(names_of_libc_are_left_to_libc),
      cmocka_unit_test(no_bare_name_of_the_list_is_in_libc),
  };
  return cmocka_run_group_tests_name("exports", tests, read_list, NULL);
}
