#include "pst/check/checker.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "pst/check/block_rules.hpp"
#include "pst/check/folder_rules.hpp"
#include "pst/check/header_rules.hpp"
#include "pst/check/name_map_rules.hpp"
#include "pst/check/store_rules.hpp"
#include "pst/check/tree_rules.hpp"

namespace mbx::pst::check {
namespace {

/// Outlook 2003 and 2007 leave the page of the density list empty; the latter may fill it later,
/// but goes on to allocate pages by PMap.
bool is_old_style(const Image& image) {
    const Bytes page = image.read(ndb::kDListOffset, ndb::kPageSize);
    constexpr std::uint8_t kNoPageIsFree = 0xFF;
    return image.is_ansi() || image.header().rgbFP.front() != kNoPageIsFree ||
           std::ranges::all_of(page, [](std::byte b) { return b == std::byte{0}; });
}

}  // namespace

CheckResult check_pst(const std::string& path, const FindingSink& sink, base::Progress& progress,
                      const base::StopFlag& stop) {
    Reporter reporter(sink);
    const Image image(path);
    check_header(image, reporter);
    Index index = walk_trees(image, reporter);
    check_blocks(image, index, reporter, progress, stop);
    Store store{image, index, NodeReader(image, index), reporter, stop};
    store.listed.resize(index.nodes.size());
    store.old_style = is_old_style(image);
    // Data that cannot be decoded would break every other rule.
    if (image.header().bCryptMethod <= static_cast<std::uint8_t>(ndb::CryptMethod::Cyclic)) {
        check_store(store);
        check_folders(store, progress);
        check_name_map(store);
        check_store_totals(store);
    }

    CheckResult result;
    result.errors = reporter.count(Severity::Error);
    result.warnings = reporter.count(Severity::Warning);
    result.infos = reporter.count(Severity::Info);
    result.blocks = index.blocks.size();
    result.nodes = index.nodes.size();
    result.folders = store.folders;
    result.messages = store.messages;
    return result;
}

}  // namespace mbx::pst::check
