"""A browser is found wherever it may be, else installed where that is possible, else missed in one line."""

import os
import subprocess
import sys
from pathlib import Path

import browser
import pdf
import pytest

SCRIPT = Path(browser.__file__)
CHROME = "#!/bin/sh\necho Google Chrome 156.0\n"


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine with nothing on its path but what a test puts there."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "downloads"))
    for name in ("CHROMIUM", "FIREFOX"):
        monkeypatch.delenv(name, raising=False)
    forget()
    yield tmp_path / "bin"
    forget()


def forget():
    browser.chromium.cache_clear()
    browser.sandboxed.cache_clear()
    browser.firefox_program.cache_clear()


def program(folder, name, text=CHROME):
    path = folder / name
    path.write_text(text)
    path.chmod(0o755)
    return str(path)


# Prints how it was called, as the page it was asked for; without a sandbox it has to be told.
CONFINED = """#!/bin/sh
case "$*" in *--no-sandbox*) told=yes;; esac
[ {has} = yes ] || [ "$told" = yes ] || exit 1
for word; do case $word in --print-to-pdf=*) echo "$@" >"${{word#*=}}";; esac; done
"""


@pytest.mark.parametrize(
    ("user", "has", "sandbox"), [(0, "yes", False), (1000, "yes", True), (1000, "no", False)]
)
def test_the_sandbox_is_off_only_for_root_and_where_there_is_none(user, has, sandbox, machine, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: user)
    chrome = program(machine, "chromium", CONFINED.format(has=has))
    assert browser.sandboxed(chrome) == sandbox
    pdf.print_page(machine / "page.html", machine / "page.pdf", chrome)
    assert ("--no-sandbox" in (machine / "page.pdf").read_text()) != sandbox


@pytest.mark.parametrize("name", ["chromium", "google-chrome-stable", "microsoft-edge", "chrome"])
def test_a_browser_on_the_path_is_found(machine, name):
    there = program(machine, name)
    assert browser.chromium() == there


def test_the_first_that_starts_is_taken(machine):
    program(machine, "chromium", "#!/bin/sh\necho requires the chromium snap >&2; exit 1\n")
    program(machine, "chromium-browser", "not a program")
    third = program(machine, "google-chrome")
    assert browser.chromium() == third


def test_what_playwright_downloaded_is_found(machine, tmp_path):
    asked = subprocess.run([sys.executable, "-c", browser.DOWNLOADED], capture_output=True, text=True)
    path = Path(asked.stdout.strip())
    assert path.is_relative_to(tmp_path)
    path.parent.mkdir(parents=True)
    assert browser.chromium() is None
    program(path.parent, path.name)
    browser.chromium.cache_clear()
    assert browser.chromium() == str(path)


@pytest.mark.parametrize("named", ["/nonexistent", "firefox", "."])
def test_a_name_that_is_no_browser_is_refused_in_one_line(machine, named, monkeypatch):
    program(machine, "chromium")
    program(machine, "firefox", "#!/bin/sh\necho Mozilla Firefox 150\n")
    monkeypatch.setenv("CHROMIUM", named)
    done = subprocess.run([sys.executable, SCRIPT], capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr == f"CHROMIUM must name a Chromium, Chrome or Edge that starts; got {named!r}\n"


def test_a_named_browser_comes_before_those_on_the_path(machine, monkeypatch):
    program(machine, "chromium")
    other = program(machine, "other")
    for name in ("other", other):
        browser.chromium.cache_clear()
        monkeypatch.setenv("CHROMIUM", name)
        assert browser.chromium() == other


def installs(machine, root, apt, monkeypatch, capsys):
    """Run the installation with programs that note how they are called; return the notes and the words."""
    monkeypatch.setattr(os, "geteuid", lambda: 0 if root else 1000)
    if apt is not None:
        program(machine, "apt-get", f'#!/bin/sh\necho "apt-get $@" >> {machine}/log\n{apt}\n')
    python = f'#!/bin/sh\n[ $1 = -m ] && echo "python $@" >> {machine}/log\nexit 1\n'
    monkeypatch.setattr(sys, "executable", program(machine, "python", python))
    assert browser.main() == 0
    log = machine / "log"
    log = (log.read_text() if log.exists() else "").replace(" -qq -o Acquire::http::Timeout=20", "")
    return log.splitlines(), capsys.readouterr().err


def test_on_debian_root_installs_with_apt(machine, monkeypatch, capsys):
    installed = f"printf '#!/bin/sh\\necho Chromium 156\\n' > {machine}/chromium"
    apt = f"case $* in *install*) {installed}; /bin/chmod +x {machine}/chromium;; esac"
    called, said = installs(machine, True, apt, monkeypatch, capsys)
    assert called[:2] == ["apt-get update", "apt-get install -y chromium"]
    assert browser.chromium() == f"{machine}/chromium"
    assert said == ""


def test_where_apt_has_none_playwright_downloads_with_what_it_needs(machine, monkeypatch, capsys):
    called, said = installs(machine, True, "exit 100", monkeypatch, capsys)
    assert called[:2] == ["apt-get update", "python -m playwright install chromium --with-deps"]
    assert said == browser.NONE + "\n"


def test_a_user_without_rights_downloads(machine, monkeypatch, capsys):
    called, said = installs(machine, False, "exit 0", monkeypatch, capsys)
    assert called == ["python -m playwright install chromium"]
    assert said == browser.NONE + "\n"


def test_on_debian_root_installs_firefox_beside_it(machine, monkeypatch, capsys):
    program(machine, "chromium")
    says = f"printf '#!/bin/sh\\necho Mozilla Firefox 153\\n' > {machine}/firefox-esr"
    known = f"[ -e {machine}/lists ] || exit 100; {says}"
    apt = (
        f"case $* in *install*) {known}; /bin/chmod +x {machine}/firefox-esr;; *) : > {machine}/lists;; esac"
    )
    called, said = installs(machine, True, apt, monkeypatch, capsys)
    install = "apt-get install -y firefox-esr"  # what apt knows may have come with Chromium, or not at all
    assert called == [install, "apt-get update", install]
    assert browser.firefox_program() == f"{machine}/firefox-esr"
    assert said == ""


def test_where_apt_has_no_firefox_there_is_none(machine, monkeypatch, capsys):
    program(machine, "chromium")
    called, said = installs(machine, True, "exit 100", monkeypatch, capsys)
    assert called == ["apt-get install -y firefox-esr", "apt-get update"]
    assert (browser.firefox_program(), said) == (None, "")
    assert browser.NO_FIREFOX.startswith("needs ")


def test_a_user_without_rights_gets_no_firefox(machine, monkeypatch, capsys):
    program(machine, "chromium")
    assert installs(machine, False, "exit 0", monkeypatch, capsys) == ([], "")


def test_firefox_is_one_that_says_so(machine, monkeypatch):
    program(machine, "firefox-esr", "#!/bin/sh\necho requires the firefox snap >&2; exit 1\n")
    there = program(machine, "firefox", "#!/bin/sh\necho Mozilla Firefox 150\n")
    assert browser.firefox_program() == there
    browser.firefox_program.cache_clear()
    monkeypatch.setenv("FIREFOX", program(machine, "other"))  # a Chrome
    assert browser.firefox_program() is None
