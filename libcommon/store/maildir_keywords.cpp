#include "store/maildir_keywords.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/error.hpp"
#include "base/text.hpp"

namespace mbx::store {
namespace {

constexpr std::size_t kLetters = 26;
constexpr std::uint64_t kLargestFile = 1024 * 1024;

}  // namespace

MaildirKeywords MaildirKeywords::load(const Directory& folder, base::Diagnostics& diagnostics) {
    MaildirKeywords result;
    const auto damaged = [&](std::string text) {
        diagnostics.report({base::Severity::Warning, "keywords-damaged",
                            base::escape(folder.path_of(kFileName)), std::move(text)});
    };
    std::string content;
    try {
        content = folder.read_file(kFileName, kLargestFile);
    } catch (const Error& error) {
        damaged(error.text());
    }
    result.names_.resize(kLetters);
    for (const std::string_view line : base::split(content, '\n')) {
        if (line.empty()) {
            continue;
        }
        std::size_t index = kLetters;
        const auto [end, failure] = std::from_chars(line.data(), line.data() + line.size(), index);
        const auto digits = static_cast<std::size_t>(end - line.data());
        if (failure != std::errc() || index >= kLetters || line.substr(digits, 1) != " " ||
            line.size() == digits + 1) {
            damaged(fmt::format("not a line of keywords: '{}'", base::escape(line, 60)));
            continue;
        }
        result.names_[index] = line.substr(digits + 1);
    }
    return result;
}

std::optional<std::string> MaildirKeywords::name_of(char letter) const {
    const auto index = static_cast<std::size_t>(letter - 'a');
    if (letter < 'a' || letter > 'z' || names_[index].empty()) {
        return std::nullopt;
    }
    return names_[index];
}

std::optional<char> MaildirKeywords::letter_for(std::string_view name) {
    auto it = std::find_if(names_.begin(), names_.end(), [&](const std::string& known) {
        return base::equals_ignore_case(known, name);
    });
    if (it == names_.end()) {
        it = std::find(names_.begin(), names_.end(), std::string());
        if (it == names_.end()) {
            return std::nullopt;
        }
        *it = name;
        changed_ = true;
    }
    return static_cast<char>('a' + (it - names_.begin()));
}

void MaildirKeywords::save(const Directory& folder) {
    if (!changed_) {
        return;
    }
    std::string content;
    for (std::size_t i = 0; i < names_.size(); ++i) {
        if (!names_[i].empty()) {
            content += fmt::format("{} {}\n", i, names_[i]);
        }
    }
    folder.replace_file(kFileName, content);
    changed_ = false;
}

}  // namespace mbx::store
