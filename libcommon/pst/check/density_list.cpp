#include "pst/check/density_list.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/little_endian.hpp"
#include "pst/ndb/seal.hpp"

namespace mbx::pst::check {
namespace {

// rgDListPageEnt: the number of an AMap, and how many slots are free there.
constexpr std::uint32_t kSectionMask = 0xFFFFF;
constexpr unsigned kFreeSlotsShift = 20;

constexpr unsigned kBackfillComplete = 1;  // bFlags

/// False when its entries cannot be made out.
bool check_form(const Image& image, ByteView page, const Place& place, Reporter& reporter) {
    const PageTrailer trailer = image.page_trailer(page);
    constexpr auto kType = static_cast<std::uint8_t>(ndb::PageType::DList);
    if (trailer.ptype != kType || trailer.ptypeRepeat != kType) {
        reporter.report("H10", place, "ptype",
                        fmt::format("{} and {}", hex(trailer.ptype), hex(trailer.ptypeRepeat)),
                        hex(kType));
        return false;
    }
    if (trailer.dwCRC != trailer.computed_crc) {
        reporter.report("H10", place, "dwCRC", hex32(trailer.dwCRC), hex32(trailer.computed_crc));
    }
    if (const auto signature = ndb::signature(Ib{ndb::kDListOffset}, Bid{trailer.bid});
        trailer.wSig != signature) {
        reporter.report("H10", place, "wSig", hex(trailer.wSig), hex(signature));
    }
    // The signature covers its low half only.
    if (trailer.bid > image.header().bidNextP) {
        reporter.report("H10", place, "the bid", hex(trailer.bid),
                        "at most bidNextP, " + hex(image.header().bidNextP));
    }
    const auto record = base::read_record<ndb::DListPageUnicode>(page);
    if (record.wPadding != 0 ||
        std::ranges::any_of(record.rgPadding, [](auto b) { return b != 0; })) {
        reporter.report("H10", place, "wPadding or rgPadding is not zero");
    }
    if (record.cEntDList > record.rgDListPageEnt.size()) {
        reporter.report("H10", place, "cEntDList", fmt::format("{}", record.cEntDList),
                        fmt::format("at most {}", record.rgDListPageEnt.size()));
        return false;
    }
    return true;
}

}  // namespace

void check_density_list(const Image& image, std::span<const std::uint16_t> free_slots,
                        Reporter& reporter) {
    const Bytes page = image.read(ndb::kDListOffset, ndb::kPageSize);
    if (image.is_ansi() || page.size() < ndb::kPageSize) {
        return;
    }
    const Place place = at_offset(ndb::kDListOffset).with("density list");
    if (std::ranges::all_of(page, [](std::byte b) { return b == std::byte{0}; })) {
        reporter.report(Finding{&rule("H10"),
                                Severity::Info,
                                place,
                                "there is none, as in files of Outlook 2003",
                                {},
                                {}});
        return;
    }
    if (!check_form(image, page, place, reporter)) {
        return;
    }
    const auto record = base::read_record<ndb::DListPageUnicode>(page);
    if ((record.bFlags & ~kBackfillComplete) != 0) {
        reporter.report(Finding{&rule("H10"), Severity::Info, place, "bFlags", hex(record.bFlags),
                                "0x0 or 0x1"});
    }
    if (record.ulCurrentPage >= std::max<std::size_t>(free_slots.size(), 1)) {
        reporter.report(Finding{&rule("H10"), Severity::Info, place, "ulCurrentPage",
                                fmt::format("{}", std::uint32_t{record.ulCurrentPage}),
                                fmt::format("below {}", free_slots.size())});
    }
    for (std::size_t i = 0; i < record.cEntDList; ++i) {
        const std::uint32_t entry = record.rgDListPageEnt.at(i);
        const std::uint32_t section = entry & kSectionMask;
        const Place at = place.with(fmt::format("entry {}", i));
        if (section >= free_slots.size()) {
            reporter.report("H10", at, "its AMap", fmt::format("{}", section),
                            fmt::format("below {}", free_slots.size()));
        } else if (entry >> kFreeSlotsShift != free_slots[section]) {
            reporter.report("H10", at, "the free slots",
                            fmt::format("{}", entry >> kFreeSlotsShift),
                            fmt::format("{}", free_slots[section]));
        }
    }
}

}  // namespace mbx::pst::check
