#include "migration/manifest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <unordered_map>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"

namespace mbx::migration {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kLargestManifest = std::uint64_t{64} << 20;
constexpr std::size_t kHexDigits = 64;
constexpr std::size_t kBlockSize = std::size_t{1} << 20;

base::Sha256Digest digest_of(const std::string& path, const base::StopFlag& stop) {
    const base::File file = base::File::open_read(path);
    base::Sha256 sum;
    base::Bytes block(kBlockSize);
    for (std::uint64_t offset = 0;;) {
        if (stop.requested()) {
            throw Error(ErrorCode::TryAgain, "stopped while its digest was taken").with_place(path);
        }
        const std::size_t n = file.read_at(offset, block);
        sum.update(base::ByteView(block).first(n));
        offset += n;
        if (n < block.size()) {
            return sum.finish();
        }
    }
}

/// The name of `file` as seen from the manifest's folder.
std::string name_in(const std::string& manifest, const std::string& file) {
    const fs::path folder = fs::weakly_canonical(fs::absolute(manifest)).parent_path();
    const fs::path relative = fs::weakly_canonical(fs::absolute(file)).lexically_relative(folder);
    if (relative.empty() || relative.begin()->string() == "..") {
        throw Error(ErrorCode::Usage,
                    fmt::format("is not in the folder of {}", base::escape(manifest)))
            .with_place(file);
    }
    return relative.generic_string();
}

unsigned hex_value(char c) {
    if (c >= '0' && c <= '9') {
        return static_cast<unsigned>(c - '0');
    }
    if (c >= 'a' && c <= 'f') {
        return static_cast<unsigned>(c - 'a') + 10U;
    }
    if (c >= 'A' && c <= 'F') {
        return static_cast<unsigned>(c - 'A') + 10U;
    }
    throw Error(ErrorCode::BadData, "the digest is not 64 hexadecimal digits");
}

base::Sha256Digest digest_from(std::string_view hex) {
    base::Sha256Digest digest{};
    for (std::size_t i = 0; i < digest.size(); ++i) {
        digest[i] = static_cast<std::byte>(hex_value(hex[2 * i]) << 4 | hex_value(hex[2 * i + 1]));
    }
    return digest;
}

std::string unescaped(std::string_view name) {
    std::string result;
    for (std::size_t i = 0; i < name.size(); ++i) {
        if (name[i] != '\\') {
            result += name[i];
            continue;
        }
        const char next = i + 1 < name.size() ? name[++i] : '\0';
        if (next != '\\' && next != 'n' && next != 'r') {
            throw Error(ErrorCode::BadData, "a backslash in the name stands before nothing known");
        }
        result += next == 'n' ? '\n' : next == 'r' ? '\r' : '\\';
    }
    return result;
}

void check_name(const std::string& name) {
    const fs::path path(name);
    const bool leaves =
        std::any_of(path.begin(), path.end(), [](const fs::path& part) { return part == ".."; });
    if (name.empty() || path.is_absolute() || leaves || name.find('\0') != std::string::npos) {
        throw Error(ErrorCode::BadData,
                    fmt::format("the name {} is not one below this folder", base::escape(name)));
    }
}

ManifestEntry parse_line(std::string_view line) {
    const bool is_escaped = line.starts_with('\\');
    line.remove_prefix(is_escaped ? 1 : 0);
    if (line.size() < kHexDigits + 3 || line[kHexDigits] != ' ' ||
        (line[kHexDigits + 1] != ' ' && line[kHexDigits + 1] != '*')) {
        throw Error(ErrorCode::BadData, "is not a line of a SHA-256 manifest");
    }
    ManifestEntry entry;
    entry.digest = digest_from(line.substr(0, kHexDigits));
    const std::string_view name = line.substr(kHexDigits + 2);
    entry.name = is_escaped ? unescaped(name) : std::string(name);
    check_name(entry.name);
    entry.name = fs::path(entry.name).lexically_normal().generic_string();
    return entry;
}

std::vector<ManifestEntry> read_manifest(const std::string& path) {
    return parse_manifest(base::read_file(path, kLargestManifest), path);
}

auto find(std::vector<ManifestEntry>& entries, const std::string& name) {
    return std::find_if(entries.begin(), entries.end(),
                        [&](const ManifestEntry& entry) { return entry.name == name; });
}

}  // namespace

std::string format_manifest_line(const ManifestEntry& entry) {
    std::string name;
    for (const char c : entry.name) {
        switch (c) {
            case '\\':
                name += "\\\\";
                break;
            case '\n':
                name += "\\n";
                break;
            case '\r':
                name += "\\r";
                break;
            default:
                name += c;
        }
    }
    return fmt::format("{}{}  {}\n", name == entry.name ? "" : "\\", base::to_hex(entry.digest),
                       name);
}

std::vector<ManifestEntry> parse_manifest(std::string_view text, const std::string& path) {
    std::vector<ManifestEntry> entries;
    std::unordered_map<std::string, std::size_t> places;
    std::size_t number = 0;
    for (std::string_view line : base::split(text, '\n')) {
        ++number;
        if (line.ends_with('\r')) {
            line.remove_suffix(1);
        }
        if (line.empty()) {
            continue;
        }
        try {
            ManifestEntry entry = parse_line(line);
            const auto [place, is_new] = places.emplace(entry.name, entries.size());
            if (is_new) {
                entries.push_back(std::move(entry));
            } else if (entries[place->second].digest != entry.digest) {
                throw Error(ErrorCode::BadData,
                            fmt::format("{} is there twice, with different digests",
                                        base::escape(entry.name)));
            }
        } catch (Error& error) {
            error.with_place(fmt::format("{}:{}", path, number));
            throw;
        }
    }
    return entries;
}

void check_manifest(const std::string& manifest, const std::string& file) {
    static_cast<void>(name_in(manifest, file));
    if (fs::exists(manifest)) {
        static_cast<void>(read_manifest(manifest));
    }
}

void add_to_manifest(const std::string& manifest, const std::string& file,
                     const base::StopFlag& stop) {
    ManifestEntry entry{digest_of(file, stop), name_in(manifest, file)};
    const base::FileLock lock(manifest + ".lock", true);
    std::vector<ManifestEntry> entries;
    if (fs::exists(manifest)) {
        entries = read_manifest(manifest);
    }
    const auto earlier = find(entries, entry.name);
    if (earlier == entries.end()) {
        entries.push_back(std::move(entry));
    } else {
        *earlier = std::move(entry);
    }
    std::string text;
    for (const ManifestEntry& each : entries) {
        text += format_manifest_line(each);
    }
    base::replace_file(manifest, base::as_bytes(text));
}

void verify_by_manifest(const std::string& manifest, const std::string& file,
                        const base::StopFlag& stop) {
    const std::string name = name_in(manifest, file);
    std::vector<ManifestEntry> entries = read_manifest(manifest);
    const auto entry = find(entries, name);
    if (entry == entries.end()) {
        throw Error(ErrorCode::BadData, fmt::format("has no line for {}", base::escape(name)))
            .with_place(manifest);
    }
    const base::Sha256Digest found = digest_of(file, stop);
    if (found != entry->digest) {
        throw Error(ErrorCode::BadData,
                    fmt::format("its SHA-256 is {}, expected {} of {}", base::to_hex(found),
                                base::to_hex(entry->digest), base::escape(manifest)),
                    "the file has changed since it was written; copy it again")
            .with_place(file);
    }
}

}  // namespace mbx::migration
