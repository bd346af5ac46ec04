#include "report.hpp"

#include <fmt/format.h>

#include <array>

#include "base/text.hpp"
#include "cli/progress_bar.hpp"

namespace mbx::tools {

std::string counted(std::uint64_t count, std::string_view what) {
    return fmt::format("{} {}{}", cli::with_thousands(count), what, count == 1 ? "" : "s");
}

std::string size_text(std::uint64_t bytes) {
    static constexpr std::array<std::string_view, 4> kUnits{"kB", "MB", "GB", "TB"};
    if (bytes < 1000) {
        return counted(bytes, "byte");
    }
    auto value = static_cast<double>(bytes) / 1000;
    std::size_t unit = 0;
    while (value >= 999.95 && unit + 1 < kUnits.size()) {
        value /= 1000;
        ++unit;
    }
    return fmt::format("{:.1f} {}", value, kUnits[unit]);
}

std::string left_out_text(std::uint64_t count) {
    return count == 0 ? std::string() : fmt::format(", {} left out", messages_text(count));
}

namespace {

// As warnings; the list in the folder of bad items names all.
constexpr std::size_t kMostWarnings = 20;

void record_bad_item(cli::Output& output, const migration::BadItem& item) {
    output.record({{"type", "bad_item"},
                   {"folder", item.folder},
                   {"id", item.id},
                   {"kind", migration::to_string(item.kind)},
                   {"reason", item.reason},
                   {"kept_as", item.kept_as}},
                  {});
}

std::string text_of(const migration::BadItem& item) {
    return fmt::format("{}{}{}: {}: {}", base::escape(item.folder), item.id.empty() ? "" : " ",
                       base::escape(item.id), migration::to_string(item.kind), item.reason);
}

}  // namespace

void show_bad_items(cli::Context& context, const migration::BadItems& bad_items) {
    std::size_t shown = 0;
    for (const migration::BadItem& item : bad_items.items()) {
        if (context.output.is_json()) {
            record_bad_item(context.output, item);
        } else if (shown++ < kMostWarnings) {
            context.console.warning(text_of(item));
        }
    }
    if (shown > kMostWarnings) {
        context.console.warning(fmt::format("and {} more", shown - kMostWarnings));
    }
    if (bad_items.count() > 0) {
        context.console.note(
            fmt::format("messages left behind are kept in {}", base::escape(bad_items.folder())));
    }
}

void show_losses(cli::Context& context, const migration::LossCounts& losses) {
    std::string text;
    for (const auto& [kind, count] : losses) {
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", kind, cli::with_thousands(count));
    }
    if (!text.empty()) {
        context.console.detail("losses of the conversion: " + text);
    }
}

void note_losses(cli::Context& context, const migration::LossCounts& losses) {
    std::uint64_t count = 0;
    for (const auto& [kind, number] : losses) {
        count += kind.starts_with("lossy-") ? number : 0;  // others are damage that did no harm
    }
    if (count > 0) {
        context.console.note(
            fmt::format("mail cannot say all that the file holds: {} lost; "
                        "--verbose names each with its message",
                        counted(count, "detail")));
    }
}

}  // namespace mbx::tools
