#!/bin/sh
# Find a program that tests run, or install it: `sh tests/install.sh PACKAGE NEEDED NAME...`. Any one of the NAMEs in
# PATH will do; without, Debian's PACKAGE is installed. NEEDED says what to install where there is no apt-get.
package=$1 needed=$2
shift 2
for name; do command -v "$name" >/dev/null && exit; done

give_up() {
	echo "The tests need $needed. $1"
	exit 1
}

command -v apt-get >/dev/null ||
	give_up "There is no apt-get to install it with: install it, so that $1 is in PATH."
if [ "$(id -u)" = 0 ]; then as_root=; elif sudo -n true 2>/dev/null; then as_root="sudo -n"; else
	give_up "Install it with: sudo apt-get install $package"
fi
echo "Installing $package …"
{ $as_root apt-get update -qq &&
	DEBIAN_FRONTEND=noninteractive $as_root apt-get install -qq -y --no-install-recommends "$package" >/dev/null; } ||
	give_up "$package could not be installed; the lines above say why."
