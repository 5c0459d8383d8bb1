# Read by quickstart, check and scripts/fresh_debian.sh: which Debian packages the work needs, and a way to get them.
# shellcheck shell=bash disable=SC2034

# To build and run csindex.
BUILD_PACKAGES="gcc libc6-dev cmake ninja-build pkg-config python3 iso-codes
    zlib1g-dev libjs-d3 libgsl-dev libyaml-dev nettle-dev libcsv-dev libglpk-dev
    libxlsxwriter-dev libsqlite3-dev libreadstat-dev librsvg2-2"

# To run every test.
TEST_PACKAGES="libcriterion-dev libopenmpi-dev openmpi-bin parallel clang libclang-rt-14-dev valgrind strace git gzip rsync locales systemd
    python3-numpy python3-pandas python3-scipy mandoc zsh
    python3-openpyxl python3-yaml python3-nbformat python3-nbconvert python3-ipykernel python3-matplotlib
    r-base-core r-cran-irkernel r-cran-haven pandoc chromium"
# The driver of the browser tests comes from npm; a machine that has one of its own need not take Debian's.
command -v npm >/dev/null || TEST_PACKAGES="$TEST_PACKAGES nodejs npm"

# For tests/soak alone.
SOAK_PACKAGES="lintian dpkg-dev cron debootstrap cppcheck clang-tidy util-linux libreoffice-calc-nogui
    texlive-latex-base texlive-latex-recommended"
SLURM_PACKAGES="slurmctld slurmd slurm-client munge"

missing_packages()
{
    local package
    for package in "$@"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep 'ok installed' >/dev/null || echo "$package"
    done
}

# install_missing PACKAGE...: asks the network for nothing when all are there.
install_missing()
{
    if ! command -v dpkg-query >/dev/null; then
        echo "This is no Debian system: what corresponds to these packages must be there already:" "$@" >&2
        return 0
    fi
    local missing
    missing=$(missing_packages "$@")
    [ -n "$missing" ] || return 0
    local root=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || {
            echo "These packages are missing and can only be installed as root:" $missing >&2
            return 1
        }
        root=(sudo)
    fi
    echo "Installing:" $missing
    local log wait="-o DPkg::Lock::Timeout=300"
    log=$(mktemp)
    # The lists of a fresh system are empty, those of an old one name versions that are gone.
    if ! { "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update $wait &&
        "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install $wait -y --no-install-recommends $missing; } \
        >"$log" 2>&1 </dev/null; then
        tail -n 20 "$log" >&2
        rm -f "$log"
        return 1
    fi
    rm -f "$log"
}
