// The name-to-id map of a PST: GUID, entry and string stream, one behind the other. The first two
// bytes say how many GUIDs and entries there are.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "base/bytes.hpp"
#include "base/diagnostics.hpp"
#include "base/utf.hpp"
#include "mapi/property_tag.hpp"
#include "pst/name_map_reader.hpp"
#include "pst/records.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace mbx;
    if (size < 2) {
        return 0;
    }
    base::ByteView rest = std::as_bytes(std::span(data, size)).subspan(2);
    const auto take = [&](std::size_t count) {
        const base::ByteView part = rest.first(std::min(count, rest.size()));
        rest = rest.subspan(part.size());
        return part;
    };
    const base::ByteView sets = take(data[0] * sizeof(base::Guid));
    const base::ByteView entries = take(data[1] * sizeof(pst::NAMEID));
    base::IgnoreDiagnostics ignore;
    const pst::NameMap names(sets, entries, rest, ignore);
    for (unsigned id = mapi::kFirstNamedPropertyId; id <= 0xFFFF; ++id) {
        const mapi::PropertyName* name = names.find(static_cast<std::uint16_t>(id));
        const auto* text = name != nullptr ? std::get_if<std::string>(&name->id) : nullptr;
        if (text != nullptr && !base::is_valid_utf8(*text)) {
            std::abort();
        }
    }
    return 0;
}
