// The file ".flags.tsv" beside .eml files; see eml_store.hpp.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostics.hpp"
#include "mail/message.hpp"
#include "store/directory.hpp"

namespace mbx::store {

inline constexpr const char* kEmlFlagsFile = ".flags.tsv";

struct EmlFlags {
    mail::Flags flags;
    std::vector<std::string> keywords;
    std::optional<base::UnixTime> internal_date;
};

/// One line, with its line end.
std::string eml_flags_line(const std::string& file_name, const mail::Message& message);

/// By file name; empty when there is no such file. The last line of a name counts. Lines that
/// cannot be read are reported.
std::map<std::string, EmlFlags, std::less<>> load_eml_flags(const Directory& folder,
                                                            base::Diagnostics& diagnostics);

}  // namespace mbx::store
