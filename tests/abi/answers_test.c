/* Every export of the three lists: the symbol is there, in the library that the list is of, under no name of libc; and an export
 * that is not supported answers as its line says, before WSAStartup with WSANOTINITIALISED and after it with its error.
 *
 *   answers_test            the libraries are found by the loader
 *
 * It sees the host's headers alone: dlsym is what it is about. */
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

struct export {
  char name[64], symbol[64], shape[32], code[48];
};
struct library {
  const char *spec, *file;
  size_t expected, count;
  void *handle;
  struct export exports[200];
};
static struct library g_libraries[] = {
    {.spec = "dlls/ws2_32/ws2_32.spec", .file = "libws2_32.so.1", .expected = 197},
    {.spec = "dlls/mswsock/mswsock.spec", .file = "libmswsock.so.1", .expected = 63},
    {.spec = "dlls/wsock32/wsock32.spec", .file = "libwsock32.so.1", .expected = 75},
};
enum { kLibraries = sizeof g_libraries / sizeof *g_libraries };
static int (*g_startup)(uint16_t, void *);
static int (*g_cleanup)(void);
static int (*g_last_error)(void);
static void (*g_set_last_error)(int);

static FILE *source(const char *path) {
  const char *folder = getenv("WINDSOCK_SRCDIR");
  char full[4096];
  snprintf(full, sizeof full, "%s/%s", folder != NULL ? folder : ".", path);
  return fopen(full, "r");
}

/* The number of an error's name, from the headers that programs have. */
static int number_of(const char *code) {
  const char *headers[] = {"include/windsock/wsa_errors.h", "include/winerror.h"};
  for (size_t i = 0; i < 2; ++i) {
    FILE *file = source(headers[i]);
    char line[512], name[64], value[64];
    if (file == NULL) continue;
    while (fgets(line, sizeof line, file) != NULL) {
      if (sscanf(line, "#define %63s %63s", name, value) == 2 && strcmp(name, code) == 0 && value[0] >= '0' && value[0] <= '9') {
        fclose(file);
        return atoi(value);
      }
    }
    fclose(file);
  }
  return -1;
}

static int read_lists(void **state) {
  (void)state;
  for (size_t i = 0; i < kLibraries; ++i) {
    struct library *library = &g_libraries[i];
    FILE *list = source(library->spec);
    char line[512];
    unsigned ordinal;
    if (list == NULL) return -1;
    while (fgets(line, sizeof line, list) != NULL && library->count < 200) {
      struct export *entry = &library->exports[library->count];
      if (line[0] == '#' || sscanf(line, "%u %63s %63s %31s %47s", &ordinal, entry->name, entry->symbol, entry->shape, entry->code) < 4)
        continue;
      if (strcmp(entry->symbol, "=") == 0) memcpy(entry->symbol, entry->name, sizeof entry->symbol);
      ++library->count;
    }
    fclose(list);
    library->handle = dlopen(library->file, RTLD_NOW);
    if (library->handle == NULL) {
      print_error("%s\n", dlerror());
      return -1;
    }
  }
  *(void **)&g_startup = dlsym(g_libraries[0].handle, "WSAStartup");
  *(void **)&g_cleanup = dlsym(g_libraries[0].handle, "WSACleanup");
  *(void **)&g_last_error = dlsym(g_libraries[0].handle, "WSAGetLastError");
  *(void **)&g_set_last_error = dlsym(g_libraries[0].handle, "WSASetLastError");
  return 0;
}

static void the_lists_are_complete(void **state) {
  (void)state;
  for (size_t i = 0; i < kLibraries; ++i) assert_int_equal(g_libraries[i].count, g_libraries[i].expected);
}

static void every_export_is_in_its_library(void **state) {
  size_t missing = 0;
  (void)state;
  for (size_t i = 0; i < kLibraries; ++i) {
    for (size_t at = 0; at < g_libraries[i].count; ++at) {
      Dl_info where;
      void *address = dlsym(g_libraries[i].handle, g_libraries[i].exports[at].symbol);
      if (address != NULL && dladdr(address, &where) != 0 && strstr(where.dli_fname, g_libraries[i].file) != NULL) continue;
      print_error("%s does not export %s\n", g_libraries[i].file, g_libraries[i].exports[at].symbol);
      ++missing;
    }
  }
  assert_int_equal(missing, 0);
}

/* One export, called with pointers to room that nobody needs. Returns whether it answered `error` in its shape. */
static int answers(void *address, const struct export *entry, int error) {
  int64_t room[6][64] = {{0}};
  void *a[6];
  int64_t (*call)(void *, void *, void *, void *, void *, void *);
  int64_t result;
  for (size_t i = 0; i < 6; ++i) a[i] = room[i];
  memcpy(&call, &address, sizeof call);
  g_set_last_error(0);
  result = call(a[0], a[1], a[2], a[3], a[4], a[5]);
  if (strcmp(entry->shape, "failure") == 0) return (int)result == -1 && g_last_error() == error;
  if (strcmp(entry->shape, "invalid") == 0) return result == -1 && g_last_error() == error;
  if (strcmp(entry->shape, "false") == 0)
    return (int)result == 0 && g_last_error() == (strcmp(entry->code, "-") == 0 ? 0 : error);
  if (strcmp(entry->shape, "null") == 0) return result == 0 && g_last_error() == error;
  if (strcmp(entry->shape, "code") == 0) return (int)result == error;
  if (strcmp(entry->shape, "void") == 0) return g_last_error() == 0;
  if (strncmp(entry->shape, "errno@", 6) == 0) {
    int64_t stored = room[atoi(entry->shape + 6) - 1][0];
    return (int)result == -1 && (int)stored == error;
  }
  return 0;
}

static size_t wrong_answers(int started) {
  enum { kNotInitialised = 10093 };
  size_t wrong = 0;
  for (size_t i = 0; i < 2; ++i) {
    for (size_t at = 0; at < g_libraries[i].count; ++at) {
      const struct export *entry = &g_libraries[i].exports[at];
      if (strcmp(entry->shape, "works") == 0) continue;
      if (answers(dlsym(g_libraries[i].handle, entry->symbol), entry, started ? number_of(entry->code) : kNotInitialised)) continue;
      print_error("%s does not answer: %s %s\n", entry->name, entry->shape, entry->code);
      ++wrong;
    }
  }
  return wrong;
}

static void before_startup_nothing_is_initialised(void **state) {
  (void)state;
  assert_int_equal(wrong_answers(0), 0);
}

static void what_is_not_supported_answers_as_its_list_says(void **state) {
  char data[1024];
  (void)state;
  assert_int_equal(g_startup(0x0202, data), 0);
  assert_int_equal(wrong_answers(1), 0);
  assert_int_equal(g_cleanup(), 0);
}

/* A library of forwarders has no state of its own: a start through one is a start of all. */
static void the_libraries_are_one_winsock(void **state) {
  char data[1024];
  int (*startup)(uint16_t, void *);
  int (*cleanup)(void);
  (void)state;
  *(void **)&startup = dlsym(g_libraries[2].handle, "WSAStartup");
  *(void **)&cleanup = dlsym(g_libraries[2].handle, "WSACleanup");
  assert_int_equal(startup(0x0101, data), 0);
  assert_int_equal(g_cleanup(), 0);
  g_set_last_error(0);
  assert_int_equal(cleanup(), -1);
  assert_int_equal(g_last_error(), 10093);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_lists_are_complete),
      cmocka_unit_test(every_export_is_in_its_library),
      cmocka_unit_test(before_startup_nothing_is_initialised),
      cmocka_unit_test(what_is_not_supported_answers_as_its_list_says),
      cmocka_unit_test(the_libraries_are_one_winsock),
  };
  return cmocka_run_group_tests_name("answers", tests, read_lists, NULL);
}
