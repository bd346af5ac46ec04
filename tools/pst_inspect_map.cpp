// map: how the space of a file is used, as text or as a picture.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <numeric>

#include "base/error.hpp"
#include "base/file.hpp"
#include "pst/check/space_map.hpp"
#include "pst_inspect.hpp"
#include "pst_inspect_structure.hpp"

namespace mbx::inspect {
namespace {

using cli::Json;
using pst::check::NodeReader;
using pst::check::SectionUse;
using pst::check::SpaceUse;

struct UseLook {
    SpaceUse use;
    char letter;
    std::string_view name;
    std::string_view title;
    std::string_view color;
};
/// The more notable one of two uses comes later.
constexpr UseLook kLooks[]{
    {SpaceUse::Free, '.', "free", "free", "#f4f4f0"},
    {SpaceUse::Data, 'd', "data", "data", "#4a7ab5"},
    {SpaceUse::Internal, 'i', "internal", "internal blocks", "#c77d2e"},
    {SpaceUse::Tree, 't', "trees", "trees", "#5b9a5b"},
    {SpaceUse::Map, 'm', "maps", "maps", "#555555"},
    {SpaceUse::Unowned, '!', "unowned", "allocated but not in use", "#c62828"},
};

const UseLook& look_of(SpaceUse use) {
    return *std::ranges::find(kLooks, use, &UseLook::use);
}

/// Bytes of each use, in the order of kLooks.
class UseTotals {
  public:
    void add(const SectionUse& use) {
        for (std::size_t i = 0; i < std::size(kLooks); ++i) {
            bytes_.at(i) += bytes_of(kLooks[i], use);
        }
    }
    static std::uint64_t bytes_of(const UseLook& look, const SectionUse& use) {
        return static_cast<std::uint64_t>(std::ranges::count(use, look.use)) *
               pst::ndb::kBlockAlignment;
    }
    std::uint64_t of(const UseLook& look) const {
        return bytes_.at(static_cast<std::size_t>(&look - std::begin(kLooks)));
    }
    double percent_of(const UseLook& look) const {
        const auto all = std::accumulate(bytes_.begin(), bytes_.end(), std::uint64_t{0});
        return all == 0 ? 0 : 100 * static_cast<double>(of(look)) / static_cast<double>(all);
    }

  private:
    std::array<std::uint64_t, std::size(kLooks)> bytes_{};
};

/// An SVG picture of a file from its beginning to its end, rows of equal length. A file of many
/// sections has several of them in a row, and in a cell the most notable of their uses.
class Picture {
  public:
    explicit Picture(std::uint64_t sections)
        : per_row_((sections + kMostRows - 1) / kMostRows), cells_(kCells, SpaceUse::Free) {
        per_row_ = std::max<std::uint64_t>(per_row_, 1);
        height_ = (sections + per_row_ - 1) / per_row_ * kRowHeight;
    }

    /// In order.
    void add(std::uint64_t section, const SectionUse& use) {
        totals_.add(use);
        const std::uint64_t first = section % per_row_ * use.size();
        for (std::size_t slot = 0; slot < use.size(); ++slot) {
            SpaceUse& cell = cells_[(first + slot) / per_row_];
            cell = std::max(look_of(cell), look_of(use.at(slot)), is_less_notable).use;
        }
        if ((section + 1) % per_row_ == 0) {
            finish_row();
        }
    }

    std::string finish() {
        finish_row();
        std::string legend;
        std::uint64_t y = 0;
        for (const UseLook& look : kLooks) {
            legend += fmt::format(
                "<rect x=\"0\" y=\"{}\" width=\"10\" height=\"10\" fill=\"{}\" stroke=\"#999\"/>"
                "<text x=\"16\" y=\"{}\">{}: {} bytes, {:.1f} %</text>\n",
                y + 2, look.color, y + 11, look.title, totals_.of(look), totals_.percent_of(look));
            y += kLegendLine;
        }
        return fmt::format(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" "
            "height=\"{1}\" font-family=\"sans-serif\" font-size=\"11\">\n{2}"
            "<g transform=\"translate(0 {3})\">\n"
            "<rect width=\"{0}\" height=\"{4}\" fill=\"#f4f4f0\"/>\n{5}</g>\n</svg>\n",
            kCells / kCellsPerUnit, y + height_, legend, y, height_, rows_);
    }

  private:
    static constexpr std::uint64_t kMostRows = 200;
    static constexpr std::size_t kCells = pst::ndb::kSlotsPerSection;
    static constexpr unsigned kCellsPerUnit = 4;
    static constexpr unsigned kRowHeight = 6;
    static constexpr unsigned kLegendLine = 16;

    static bool is_less_notable(const UseLook& a, const UseLook& b) { return &a < &b; }

    /// Runs of one use are one rectangle.
    void finish_row() {
        for (std::size_t at = 0; at < cells_.size();) {
            std::size_t end = at;
            while (end < cells_.size() && cells_[end] == cells_[at]) {
                ++end;
            }
            if (cells_[at] != SpaceUse::Free) {
                rows_ += fmt::format(
                    "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\"/>\n",
                    static_cast<double>(at) / kCellsPerUnit, row_ * kRowHeight,
                    static_cast<double>(end - at) / kCellsPerUnit, kRowHeight - 1,
                    look_of(cells_[at]).color);
            }
            at = end;
        }
        std::ranges::fill(cells_, SpaceUse::Free);
        ++row_;
    }

    std::uint64_t per_row_;
    std::uint64_t height_ = 0;
    std::vector<SpaceUse> cells_;
    std::uint64_t row_ = 0;
    std::string rows_;
    UseTotals totals_;
};

class Map final : public StructureTool {
  public:
    Map()
        : StructureTool(
              {.name = "map",
               .summary = "show how the space of a file is used",
               .usage = {"[OPTION]... FILE"},
               .examples = {{"on the terminal", "pst-inspect map john.pst"},
                            {"as a picture", "pst-inspect map --svg john.svg john.pst"}},
               .notes =
                   "One line for a section of 253952 bytes, one letter for 4096 bytes: the most\n"
                   "notable use among m maps, t trees, i internal blocks, d data, . free,\n"
                   "! allocated but not in use. Then how many bytes have which use."}) {}

  protected:
    void declare(cli::OptionSet& options) override {
        options.group("Map").value("svg", &svg_, "FILE", "write a picture into FILE");
    }

    void show(const NodeReader& reader, pst::check::Reporter& /*reporter*/,
              cli::Output& output) override {
        if (!svg_.empty()) {
            refuse_to_overwrite(file_);
            Picture picture(reader.image().sections());
            pst::check::map_space(
                reader.image(), reader.index(),
                [&](std::uint64_t section, const SectionUse& use) { picture.add(section, use); });
            base::replace_file(svg_, base::as_bytes(picture.finish()));
            return;
        }
        UseTotals totals;
        pst::check::map_space(reader.image(), reader.index(),
                              [&](std::uint64_t section, const SectionUse& use) {
                                  totals.add(use);
                                  print(section, use, output);
                              });
        for (const UseLook& look : kLooks) {
            output.record({{"use", look.name}, {"bytes", totals.of(look)}},
                          fmt::format("{:>12}  {} {:<24}  {:>5.1f} %", totals.of(look), look.letter,
                                      look.title, totals.percent_of(look)));
        }
    }

  private:
    void refuse_to_overwrite(const std::string& file) const {
        std::error_code ignored;
        if (std::filesystem::equivalent(svg_, file, ignored)) {
            throw Error(ErrorCode::Usage, "--svg names the file that is looked at",
                        "name another file for the picture")
                .with_place(svg_);
        }
    }

    static void print(std::uint64_t section, const SectionUse& use, cli::Output& output) {
        constexpr std::size_t kSlotsPerLetter = 64;
        std::string letters;
        for (std::size_t at = 0; at < use.size(); at += kSlotsPerLetter) {
            const auto* most = std::begin(kLooks);
            for (std::size_t slot = at; slot < at + kSlotsPerLetter; ++slot) {
                most = std::max(most, &look_of(use.at(slot)));
            }
            letters += most->letter;
        }
        Json object{{"section", section}, {"offset", pst::ndb::section_offset(section)}};
        for (const UseLook& look : kLooks) {
            object[std::string(look.name)] = UseTotals::bytes_of(look, use);
        }
        output.record(
            object,
            fmt::format("{:>12}  {}", pst::check::hex(pst::ndb::section_offset(section)), letters));
    }

    std::string svg_;
};

}  // namespace

std::unique_ptr<cli::Tool> make_map() {
    return std::make_unique<Map>();
}

}  // namespace mbx::inspect
