# SPDX-License-Identifier: MIT
if SYSTEMD
systemdunit_DATA = contrib/systemd/aiexpensed.service
sysusersdir = $(prefix)/lib/sysusers.d
sysusers_DATA = contrib/systemd/sysusers.d/aiexpense.conf
tmpfilesdir = $(prefix)/lib/tmpfiles.d
tmpfiles_DATA = contrib/systemd/tmpfiles.d/aiexpense.conf
else
noinst_DATA += contrib/systemd/aiexpensed.service
endif
EXTRA_DIST += contrib/systemd/aiexpensed.service.in contrib/systemd/sysusers.d/aiexpense.conf contrib/systemd/tmpfiles.d/aiexpense.conf
CLEANFILES += contrib/systemd/aiexpensed.service

contrib/systemd/aiexpensed.service: $(srcdir)/contrib/systemd/aiexpensed.service.in Makefile
	$(AM_V_GEN)$(MKDIR_P) contrib/systemd && \
		sed 's,[@]sbindir[@],$(sbindir),' $(srcdir)/contrib/systemd/aiexpensed.service.in > $@-t && mv $@-t $@
