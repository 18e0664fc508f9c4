# SPDX-License-Identifier: MIT
#
# The manual pages and the configuration to install say what the tables say,
# with this build's directories; etc/aiexpense.conf is the same for a
# distribution, and a test compares it.

man_MANS += doc/aiexpensed.8 doc/aiexpensectl.8 doc/aiexpense.conf.5
noinst_DATA += doc/aiexpense.conf
EXTRA_DIST += doc/aiexpensed.8.in doc/aiexpensectl.8.in doc/aiexpense.conf.5.in etc/aiexpense.conf
EXTRA_DIST += doc/messengers/README.md
EXTRA_DIST += doc/messengers/discord.md
EXTRA_DIST += doc/messengers/line.md
EXTRA_DIST += doc/messengers/slack.md
EXTRA_DIST += doc/messengers/teams.md
EXTRA_DIST += doc/messengers/telegram.md
EXTRA_DIST += doc/messengers/whatsapp.md
CLEANFILES += doc/aiexpensed.8 doc/aiexpensectl.8 doc/aiexpense.conf.5 doc/aiexpense.conf

MKDOC_DIRECTORIES = '$(sysconfdir)' '$(localstatedir)' '$(runstatedir)'
MKDOC_MAN = $(AM_V_GEN)$(MKDIR_P) doc && ./mkdoc$(EXEEXT) man $(MKDOC_DIRECTORIES)

doc/aiexpensed.8: $(srcdir)/doc/aiexpensed.8.in mkdoc$(EXEEXT)
	$(MKDOC_MAN) $(srcdir)/doc/aiexpensed.8.in > $@-t && mv $@-t $@
doc/aiexpensectl.8: $(srcdir)/doc/aiexpensectl.8.in mkdoc$(EXEEXT)
	$(MKDOC_MAN) $(srcdir)/doc/aiexpensectl.8.in > $@-t && mv $@-t $@
doc/aiexpense.conf.5: $(srcdir)/doc/aiexpense.conf.5.in mkdoc$(EXEEXT)
	$(MKDOC_MAN) $(srcdir)/doc/aiexpense.conf.5.in > $@-t && mv $@-t $@
doc/aiexpense.conf: mkdoc$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) doc && ./mkdoc$(EXEEXT) conf $(MKDOC_DIRECTORIES) > $@-t && mv $@-t $@

# For whoever changed options.def.
update-conf: mkdoc$(EXEEXT)
	./mkdoc$(EXEEXT) conf /etc /var /run > $(srcdir)/etc/aiexpense.conf

# An operator's file is neither overwritten nor removed.
install-data-local: doc/aiexpense.conf
	$(MKDIR_P) '$(DESTDIR)$(sysconfdir)/aiexpense'
	test -e '$(DESTDIR)$(sysconfdir)/aiexpense/aiexpense.conf' || \
		$(INSTALL_DATA) doc/aiexpense.conf '$(DESTDIR)$(sysconfdir)/aiexpense/aiexpense.conf'
uninstall-local: doc/aiexpense.conf
	if cmp -s doc/aiexpense.conf '$(DESTDIR)$(sysconfdir)/aiexpense/aiexpense.conf'; then \
		rm -f '$(DESTDIR)$(sysconfdir)/aiexpense/aiexpense.conf'; \
		rmdir '$(DESTDIR)$(sysconfdir)/aiexpense' 2>/dev/null; fi; :
.PHONY: update-conf
EXTRA_DIST += doc/STORE.md
