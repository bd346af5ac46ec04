// The manifest of files that travel: what sha256sum(1) writes and checks. See mbx-manifest(5).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/progress.hpp"
#include "base/sha256.hpp"
#include "base/stop.hpp"

namespace mbx::migration {

/// One line: "<64 hex digits>  <name>". A name that holds a backslash, CR or LF is written as \\,
/// \r, \n, and its line begins with a backslash.
struct ManifestEntry {
    base::Sha256Digest digest{};
    std::string name;  ///< relative to the manifest's folder, with "/"
};

std::string format_manifest_line(const ManifestEntry& entry);

/// Lines end in LF or CRLF; blank lines are skipped; the forms of sha256sum for binary and for text
/// mean the same. Throws Error(BadData) with "PATH:LINE" as place: not a line of a manifest, a name
/// that is absolute or leaves the folder, a name given twice with different digests.
std::vector<ManifestEntry> parse_manifest(std::string_view text, const std::string& path);

/// Throws what add_to_manifest would throw because of the manifest: before hours of work, not
/// after.
void check_manifest(const std::string& manifest, const std::string& file);

/// Writes the digest of `file` into the manifest, atomically and under a lock (MANIFEST.lock); the
/// manifest is made when missing, an older line of the same file gives way. The file must lie in
/// the manifest's folder or below it. Throws Error: Usage (it does not), NoInput, Io, CannotCreate,
/// BadData (the manifest is damaged), TryAgain (stopped).
void add_to_manifest(const std::string& manifest, const std::string& file,
                     const base::StopFlag& stop);

/// Compares `file` with its line. Throws Error(BadData) when it differs, or when the manifest has
/// no such line; NoInput when either file is missing; TryAgain when stopped.
void verify_by_manifest(const std::string& manifest, const std::string& file,
                        const base::StopFlag& stop);

}  // namespace mbx::migration
