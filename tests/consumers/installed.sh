# shellcheck shell=bash
# What the checks of this directory share; sourced. They look at Calx as somebody has it who
# installed it: from a temporary prefix, through pkg-config, with none of this tree's folders. Each
# speaks TAP.

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
prefix=
export LC_ALL=C.UTF-8
cases=0 failed=0

# calx_install BUILD_DIR: installs into a temporary prefix, and sets `prefix`. What DESTDIR leaves
# untrue is the prefix in the .pc files.
calx_install() {
    local installed
    if ! meson install -C "$1" --no-rebuild --quiet --destdir "$place/root" >"$place/log" 2>&1; then
        sed 's/^/# /' "$place/log"
        echo "Bail out! meson install failed"
        exit 1
    fi
    installed=$(find "$place/root" -name calx.h -path '*/include/calx/*')
    prefix=${installed%/include/calx/calx.h}
    local folders=()
    while read -r file; do
        sed -i "s|^prefix=.*|prefix=$prefix|" "$file"
        folders+=("$(dirname "$file")")
    done < <(find "$prefix" -name 'calx*.pc')
    PKG_CONFIG_PATH=$(IFS=:; echo "${folders[*]}")${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}
    export PKG_CONFIG_PATH
    LD_LIBRARY_PATH=$(pkg-config --variable=libdir calx)${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
    export LD_LIBRARY_PATH
}

# calx_case NAME COMMAND…: one case of TAP; what a failing command printed is shown. The command
# runs in a subshell that ends at its first failure.
calx_case() {
    local name=$1 status=0
    shift
    cases=$((cases + 1))
    # No `||` or `if` around it: they would switch -e off inside.
    set +e
    (set -eux; "$@") >"$place/log" 2>&1 </dev/null
    status=$?
    set -e
    if [ "$status" -eq 0 ]; then
        echo "ok $cases - $name"
    else
        echo "not ok $cases - $name"
        sed 's/^/# /' "$place/log"
        failed=1
    fi
}

# calx_done: the plan, which may stand at the end; the exit status.
calx_done() {
    echo "1..$cases"
    exit "$failed"
}
