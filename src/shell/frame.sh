# KIND WORD...: what comes after it belongs to that frame, as runtime.ts describes it.
ops_frame() { printf '\n@%s %s\n' "$ops_secret" "$*"; }
