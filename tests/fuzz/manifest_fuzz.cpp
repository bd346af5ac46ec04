// A manifest that is read can be written, and is then read as the same.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "migration/manifest.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace mbx::migration;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    try {
        const auto entries = parse_manifest(text, "SHA256SUMS");
        std::string written;
        for (const ManifestEntry& entry : entries) {
            written += format_manifest_line(entry);
        }
        const auto again = parse_manifest(written, "SHA256SUMS");
        if (again.size() != entries.size()) {
            std::abort();
        }
        for (std::size_t i = 0; i < again.size(); ++i) {
            if (again[i].name != entries[i].name || again[i].digest != entries[i].digest) {
                std::abort();
            }
        }
    } catch (const mbx::Error& error) {
        if (error.code() != mbx::ErrorCode::BadData) {
            std::abort();
        }
    }
    return 0;
}
