/*
 * What windsock-probe.exe (probe.c) found, as its exit status; installer.cpp reads it.
 */
#ifndef WINDSOCK_WINEHOST_PROBE_H
#define WINDSOCK_WINEHOST_PROBE_H

enum ProbeResult {
  kProbeWorks = 0,
  kProbeWinesOwn = 10, /* Wine's own Winsock */
  kProbeNoHost = 11    /* ours, and WSAStartup failed */
};

#endif
