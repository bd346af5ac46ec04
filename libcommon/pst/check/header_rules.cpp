#include "pst/check/header_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

namespace mbx::pst::check {
namespace {

class HeaderRules {
  public:
    HeaderRules(const Image& image, Reporter& reporter)
        : image_(image), header_(image.header()), reporter_(reporter) {}

    void check() {
        fields();
        checksums();
        length();
        validity();
        reserved();
    }

  private:
    void expect(std::string_view id, const std::string& field, std::uint64_t found,
                std::uint64_t expected) {
        if (found != expected) {
            reporter_.report(id, header(), field, hex(found), hex(expected));
        }
    }

    static Place header() {
        Place place;
        place.detail = "header";
        return place;
    }

    void fields() {
        const auto& start = header_.start;
        client();
        if (image_.is_ansi() ? start.wVer != 14 && start.wVer != 15
                             : start.wVer != 21 && start.wVer != ndb::kVersionUnicode) {
            expect("H1", "wVer", start.wVer, ndb::kVersionUnicode);
        }
        if (start.wMagicClient == ndb::kMagicPst) {
            expect("H1", "wVerClient", start.wVerClient, ndb::kVersionClient);
        }
        expect("H1", "bPlatformCreate", start.bPlatformCreate, 1);
        expect("H1", "bPlatformAccess", start.bPlatformAccess, 1);
        expect("H1", "bSentinel", header_.bSentinel, ndb::kSentinel);
        expect("H1", "dwAlign", header_.dwAlign, 0);
        expect("H1", "rgbReserved", header_.rgbReserved, 0);
        if (header_.bCryptMethod > static_cast<std::uint8_t>(ndb::CryptMethod::Cyclic)) {
            reporter_.report("H1", header(), "bCryptMethod", hex(header_.bCryptMethod),
                             "0, 1 or 2");
        }
    }

    void client() {
        const std::uint16_t magic = header_.start.wMagicClient;
        if (magic == ndb::kMagicPab && image_.is_ansi()) {
            reporter_.report(Finding{&rule("H1"), Severity::Warning, header(), "wMagicClient",
                                     hex(magic) + ", a personal address book",
                                     hex(ndb::kMagicPst)});
        } else if (magic != ndb::kMagicOst) {
            expect("H1", "wMagicClient", magic, ndb::kMagicPst);
        }
    }

    void checksums() {
        if (header_.start.dwCRCPartial != header_.computed_partial) {
            reporter_.report("H1", header(), "dwCRCPartial", hex32(header_.start.dwCRCPartial),
                             hex32(header_.computed_partial));
        }
        if (header_.dwCRCFull && *header_.dwCRCFull != header_.computed_full) {
            reporter_.report("H1", header(), "dwCRCFull", hex32(*header_.dwCRCFull),
                             hex32(header_.computed_full));
        }
    }

    void length() {
        if (header_.ibFileEof != image_.size()) {
            reporter_.report("H2", header(), "ibFileEof", fmt::format("{}", header_.ibFileEof),
                             fmt::format("the file's size {}", image_.size()));
        }
        // Old ANSI files grow in smaller steps.
        const bool whole = image_.size() >= ndb::kFirstSectionOffset &&
                           (image_.size() - ndb::kFirstSectionOffset) % ndb::kSectionSize == 0;
        if (!whole && !image_.is_ansi() && header_.ibFileEof == image_.size()) {
            reporter_.report("H2", header(), "the file's size", fmt::format("{}", image_.size()),
                             "0x4400 and whole sections of 0x3e000 bytes");
        }
        if (const std::uint64_t sections = image_.sections(); sections > 0) {
            expect("H3", "ibAMapLast", header_.ibAMapLast, ndb::section_offset(sections - 1));
        }
    }

    void validity() {
        constexpr std::uint8_t kValidAMap1 = 1;  // Outlook 2003
        if (header_.fAMapValid == kValidAMap1) {
            const Rule& h5 = rule("H5");
            reporter_.report(Finding{&h5, Severity::Info, header(), "fAMapValid",
                                     "1, as Outlook 2003 writes it", "2"});
        } else {
            expect("H5", "fAMapValid", header_.fAMapValid, ndb::kValidAMap2);
        }
    }

    void reserved() {
        const auto& start = header_.start;
        if (start.dwReserved1 != 0 || start.dwReserved2 != 0 || header_.bidUnused != 0 ||
            header_.qwUnused != 0) {
            reporter_.report("H8", header(),
                             "dwReserved1, dwReserved2, bidUnused or qwUnused is not zero");
        }
        if (header_.reserved_in_root != 0) {
            reporter_.report("H8", header(),
                             "dwReserved, bReserved or wReserved of the ROOT is not zero");
        }
        if (image_.is_ansi()) {
            return;
        }
        const std::size_t behind_crc = offsetof(ndb::HeaderUnicode, rgbReserved2);
        const Bytes rest = image_.read(behind_crc, ndb::kDListOffset - behind_crc);
        const auto found =
            std::ranges::find_if(rest, [](std::byte b) { return b != std::byte{0}; });
        if (found != rest.end()) {
            const auto at = behind_crc + static_cast<std::size_t>(found - rest.begin());
            reporter_.report("H8", at_offset(at),
                             "the reserved space behind the header is not zero from here on");
        }
    }

    const Image& image_;
    const RawHeader& header_;
    Reporter& reporter_;
};

}  // namespace

void check_header(const Image& image, Reporter& reporter) {
    HeaderRules(image, reporter).check();
}

}  // namespace mbx::pst::check
