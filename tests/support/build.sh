# shellcheck shell=bash
# Functions of the scripts that configure and compile; sourced, with the top directory as working
# directory. What a step prints is shown only when it fails.

calx_quietly() {
    local log status=0
    log=$(mktemp)
    "$@" >"$log" 2>&1 </dev/null || status=$?
    if [ "$status" -ne 0 ]; then
        sed '/^\[[0-9]*\/[0-9]*\] [CLG]/d' "$log" >&2
        echo "failed: $*" >&2
    fi
    rm -f "$log"
    return "$status"
}

# calx_setup DIR [OPTION…]: configures, or configures again when that was done before.
calx_setup() {
    local dir=$1
    shift
    if [ -f "$dir/meson-private/coredata.dat" ] &&
        calx_quietly meson setup --reconfigure "$dir" -Dwerror=true "$@" 2>/dev/null; then
        return 0
    fi
    rm -rf "$dir/meson-private" "$dir/meson-info"
    calx_quietly meson setup "$dir" -Dwerror=true "$@"
}

# calx_compile DIR [TARGET…]
calx_compile() {
    local dir=$1
    shift
    calx_quietly meson compile -C "$dir" "$@"
}

# calx_test DIR OPTION…: runs all tests of a build, or those that options of `meson test` leave;
# then one line `N passed, N failed, N skipped`. Fails when a test failed or was skipped: what a
# test needs is installed, so a skip is a loss.
calx_test() {
    local dir=$1
    shift
    rm -rf "$dir/tests/support/conformance"
    mkdir -p "$dir/tests/support/conformance"
    rm -f "$dir"/meson-logs/testlog*.json
    # One more at a time than there are processors: many tests wait for a server most of their time.
    tests/support/with-server meson test -C "$dir" --no-rebuild --timeout-multiplier 4 \
        --num-processes "$(($(nproc) + 1))" "$@" >"$dir/meson-logs/tests.txt" 2>&1 </dev/null || :
    tests/support/results "$dir"
}
