// Flips one bit of a sound PST at a time and wants the checker to report it, or to be right to say
// nothing.
//
// Left as they are, the checksums find every flip but those in bytes that nothing reads. With
// --mended the checksum over the flipped bit is made right, as if it had been written so: then the
// deeper rules have to find it. What they cannot find is content that is said only once, such as a
// letter of a body: both readers of the file must then still agree on what is there.
//
// Of each byte one bit is tried, or with --bits as many; --list names what was harmless.
//
// Exit code 0 when no flip was missed. Prints what was tried, caught and harmless, and why.
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/crc32.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/little_endian.hpp"
#include "pst/check/checker.hpp"
#include "pst/check/heap_rules.hpp"
#include "pst/check/tree_rules.hpp"
#include "pst/ndb/crypt.hpp"
#include "pst/reader.hpp"
#include "pst/reader_comparison.hpp"
#include "support/sample_store.hpp"
#include "temporary_folder.hpp"

namespace {

using namespace mbx;
using base::Bytes;
using base::ByteView;
using base::MutableByteView;
using pst::ndb::Bid;
using pst::ndb::Nid;

/// What a byte of the file is for.
enum class Region : std::uint8_t {
    Free,
    Header,
    Reserved,
    Page,
    PageTail,  ///< of a B-tree page or the density list: behind its last entry
    PageTrailer,
    BlockData,
    BlockPadding,
    BlockTrailer,
};

constexpr std::pair<Region, std::string_view> kRegionNames[]{
    {Region::Free, "free space"},
    {Region::Header, "header"},
    {Region::Reserved, "reserved space behind the header"},
    {Region::Page, "pages"},
    {Region::PageTail, "pages behind their last entry"},
    {Region::PageTrailer, "page trailers"},
    {Region::BlockData, "data of blocks"},
    {Region::BlockPadding, "padding of blocks"},
    {Region::BlockTrailer, "block trailers"},
};

std::string_view name_of(Region region) {
    return std::ranges::find(kRegionNames, region, &std::pair<Region, std::string_view>::first)
        ->second;
}

/// A file without a name or a disk.
class MemoryFile {
  public:
    explicit MemoryFile(const char* name) : fd_(::memfd_create(name, 0)) {
        if (fd_ < 0) {
            throw std::runtime_error("memfd_create");
        }
    }
    ~MemoryFile() { ::close(fd_); }
    MemoryFile(const MemoryFile&) = delete;
    MemoryFile& operator=(const MemoryFile&) = delete;

    std::string path() const { return fmt::format("/proc/self/fd/{}", fd_); }
    void write(std::size_t at, ByteView bytes) const {
        if (::pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(at)) !=
            static_cast<ssize_t>(bytes.size())) {
            throw std::runtime_error("pwrite");
        }
    }

  private:
    int fd_;
};

struct BlockPlace {
    std::size_t offset = 0;
    std::size_t cb = 0;
    std::size_t size = 0;  ///< with padding and trailer
    Bid bid;
};

/// The sound file, and what each of its bytes is for.
class Original {
  public:
    explicit Original(Bytes bytes) : bytes_(std::move(bytes)), file_("original") {
        file_.write(0, bytes_);
        image_ = std::make_unique<pst::check::Image>(file_.path());
        pst::check::Reporter silent([](const pst::check::Finding&) {});
        index_ = pst::check::walk_trees(*image_, silent);
        reader_ = std::make_unique<pst::check::NodeReader>(*image_, index_);
        regions_.assign(bytes_.size(), Region::Free);
        owners_.assign(bytes_.size(), 0);
        mark(0, 528, Region::Header);
        mark(528, 0x4200 - 528, Region::Reserved);
        mark_density_list();
        for (std::uint64_t section = 0; section < image_->sections(); ++section) {
            for (std::size_t at = 0; at < pst::ndb::reserved_in_section(section); at += 512) {
                mark_page(pst::ndb::section_offset(section) + at);
            }
        }
        mark_trees();
        mark_blocks();
    }

    const Bytes& bytes() const { return bytes_; }
    const std::string path() const { return file_.path(); }
    const pst::check::Image& image() const { return *image_; }
    const pst::check::NodeReader& reader() const { return *reader_; }
    const pst::check::Index& index() const { return index_; }
    Region region(std::size_t at) const { return regions_[at]; }
    const BlockPlace& block(std::size_t at) const { return blocks_[owners_[at]]; }

  private:
    void mark(std::size_t at, std::size_t size, Region region) {
        std::fill_n(regions_.begin() + static_cast<std::ptrdiff_t>(at), size, region);
    }
    void mark_page(std::size_t at) {
        mark(at, 496, Region::Page);
        mark(at + 496, 16, Region::PageTrailer);
    }
    void mark_density_list() {
        constexpr std::size_t kAt = 0x4200;
        mark_page(kAt);
        const auto count = std::to_integer<std::size_t>(bytes_[kAt + 1]);  // cEntDList
        const std::size_t used = 8 + sizeof(base::le32) * count;
        mark(kAt + used, 496 - used, Region::PageTail);
    }
    void mark_trees() {
        for (const std::uint32_t page : index_.pages) {
            const std::size_t at = std::size_t{page} * 512;
            mark_page(at);
            const auto count = std::to_integer<std::size_t>(bytes_[at + 488]);
            const auto stride = std::to_integer<std::size_t>(bytes_[at + 490]);
            mark(at + count * stride, 488 - count * stride, Region::PageTail);
        }
    }
    void mark_blocks() {
        for (const pst::check::BlockInfo& info : index_.blocks) {
            const std::size_t cb = info.cb;
            const std::size_t size = image_->block_size(cb);
            mark(info.offset(), cb, Region::BlockData);
            mark(info.offset() + cb, size - 16 - cb, Region::BlockPadding);
            mark(info.offset() + size - 16, 16, Region::BlockTrailer);
            std::fill_n(owners_.begin() + static_cast<std::ptrdiff_t>(info.offset()), size,
                        blocks_.size());
            blocks_.push_back({info.offset(), cb, size, Bid{info.bid}});
        }
    }

    Bytes bytes_;
    MemoryFile file_;
    std::unique_ptr<pst::check::Image> image_;
    pst::check::Index index_;
    std::unique_ptr<pst::check::NodeReader> reader_;
    std::vector<Region> regions_;
    std::vector<std::size_t> owners_;
    std::vector<BlockPlace> blocks_;
};

void put32(MutableByteView bytes, std::size_t at, std::uint32_t value) {
    const base::le32 record(value);
    std::ranges::copy(base::record_bytes(record), bytes.begin() + static_cast<std::ptrdiff_t>(at));
}

/// The bytes that one flip changes: where they begin, and as they are after it.
struct Change {
    std::size_t at = 0;
    Bytes bytes;
};

Change flip_plainly(const Original& original, std::size_t at, std::byte mask) {
    return {at, {original.bytes()[at] ^ mask}};
}

Change flip_in_header(const Original& original, std::size_t at, std::byte mask) {
    Bytes header(original.bytes().begin(), original.bytes().begin() + 528);
    header[at] ^= mask;
    put32(header, 4, base::pst_crc32(ByteView(header).subspan(8, 471)));
    put32(header, 524, base::pst_crc32(ByteView(header).subspan(8, 516)));
    return {0, header};
}

Change flip_in_page(const Original& original, std::size_t at, std::byte mask) {
    const std::size_t start = at / 512 * 512;
    Bytes page(original.bytes().begin() + static_cast<std::ptrdiff_t>(start),
               original.bytes().begin() + static_cast<std::ptrdiff_t>(start) + 512);
    page[at - start] ^= mask;
    put32(page, 500, base::pst_crc32(ByteView(page).first(496)));
    return {start, page};
}

/// The bit of the decoded data.
Change flip_in_block(const Original& original, std::size_t at, std::byte mask) {
    const BlockPlace& block = original.block(at);
    const auto crypt =
        block.bid.is_internal() ? pst::ndb::CryptMethod::None : original.image().crypt();
    const auto begin = original.bytes().begin() + static_cast<std::ptrdiff_t>(block.offset);
    Bytes bytes(begin, begin + static_cast<std::ptrdiff_t>(block.size));
    const auto data = MutableByteView(bytes).first(block.cb);
    pst::ndb::decode(crypt, block.bid, data);
    data[at - block.offset] ^= mask;
    pst::ndb::encode(crypt, block.bid, data);
    put32(bytes, block.size - 12, base::pst_crc32(data));
    return {block.offset, bytes};
}

/// nullopt where there is no checksum to be mended.
std::optional<Change> flip_mended(const Original& original, std::size_t at, std::byte mask) {
    switch (original.region(at)) {
        case Region::Header:
            return at >= 8 && at < 524 ? std::optional(flip_in_header(original, at, mask))
                                       : std::nullopt;
        case Region::Page:
        case Region::PageTail:
            return flip_in_page(original, at, mask);
        case Region::BlockData:
            return flip_in_block(original, at, mask);
        default:
            return std::nullopt;
    }
}

/// What the readers say of the changed file against the original.
struct Reading {
    std::vector<std::string> differences;  ///< places and names of what differs
    std::string failure;
};

Reading read(const Original& original, const std::string& path) {
    Reading result;
    base::IgnoreDiagnostics ignore;
    pst::PstReaderOptions options;
    options.kind = pst::ReaderKind::Own;
    try {
        const auto before = pst::open_pst(original.path(), options, ignore);
        const auto after = pst::open_pst(path, options, ignore);
        pst::ReaderComparison comparison(*before, *after,
                                         [&](const std::string& place, const std::string& text) {
                                             result.differences.push_back(place + ": " + text);
                                         });
        comparison.compare_store();
        const base::StopFlag stop;
        for (const pst::PstFolder& folder : before->folders()) {
            comparison.compare_messages(folder.nid, false, stop);
            comparison.compare_messages(folder.nid, true, stop);
        }
    } catch (const Error& error) {
        result.failure = error.what();
    }
    return result;
}

/// "message 0x...: 1000001f: ..." → "1000001f"; what is no value of a property: itself.
std::string kind_of_difference(const std::string& line) {
    const std::size_t colon = line.find(": ");
    const std::string text = line.substr(colon + 2);
    const std::size_t end = text.find_first_of(":");
    if (text.find(" only in the ") != std::string::npos) {
        return line;
    }
    return line.substr(0, line.find(' ')) + " " + text.substr(0, end);
}

struct Options {
    bool mended = false;
    std::size_t every = 1;
    std::size_t from = 0;
    std::size_t bits = 1;  ///< of each byte
    std::size_t read_every = 64;
    bool list = false;
    std::string file;
};

class Sweep {
  public:
    Sweep(const Original& original, const Options& options)
        : original_(original), options_(options), file_("flipped") {
        check(original_.path(), [this](const pst::check::Finding& finding) {
            told_of_original_.insert(text_of(finding));
        });
        file_.write(0, original.bytes());
    }

    int run() {
        constexpr std::size_t kStep = 3;  // no divisor of 8: each bit once
        for (std::size_t at = options_.from; at < original_.bytes().size(); at += options_.every) {
            // Another bit in each byte, in no pattern that fields could follow.
            const std::size_t first = at * 2654435761U >> 13;
            for (std::size_t i = 0; i < options_.bits; ++i) {
                try_flip(at, 1U << (first + i * kStep) % 8);
            }
        }
        print();
        return missed_ == 0 ? 0 : 1;
    }

  private:
    static std::string text_of(const pst::check::Finding& finding) {
        return fmt::format("{} {} {}", finding.rule->id, to_string(finding.place),
                           message_of(finding));
    }

    static void check(const std::string& path, const pst::check::FindingSink& sink) {
        base::NoProgress progress;
        const base::StopFlag stop;
        pst::check::check_pst(path, sink, progress, stop);
    }

    void try_flip(std::size_t at, std::size_t bit_mask) {
        const std::byte mask{static_cast<std::uint8_t>(bit_mask)};
        const auto change = options_.mended ? flip_mended(original_, at, mask)
                                            : std::optional(flip_plainly(original_, at, mask));
        if (!change) {
            return;
        }
        file_.write(change->at, change->bytes);
        judge(at, mask);
        file_.write(change->at,
                    ByteView(original_.bytes()).subspan(change->at, change->bytes.size()));
    }

    void judge(std::size_t at, std::byte mask) {
        const std::string region(name_of(original_.region(at)));
        ++tried_[region];
        std::string first;
        bool told = false;
        try {
            check(file_.path(), [&](const pst::check::Finding& finding) {
                if (finding.severity != pst::check::Severity::Info) {
                    first = first.empty() ? std::string(finding.rule->id) : first;
                } else {
                    told = told || !told_of_original_.contains(text_of(finding));
                }
            });
        } catch (const Error& error) {
            first = "no PST";
        }
        if (!first.empty()) {
            ++caught_[region];
            ++by_rule_[first];
        } else if (told) {
            ++told_[region];
        } else {
            judge_silence(at, mask, region);
        }
    }

    void judge_silence(std::size_t at, std::byte mask, const std::string& region) {
        const std::string reason =
            options_.mended ? reason_when_mended(at, mask) : reason_when_plain(at);
        if (reason.empty()) {
            ++missed_;
            fmt::print("missed: {:#x}, bit {:#x}, in {}{}\n", at, std::to_integer<unsigned>(mask),
                       region, detail_);
            detail_.clear();
            return;
        }
        if (options_.list) {
            fmt::print("harmless: {:#x}, bit {:#x}: {}\n", at, std::to_integer<unsigned>(mask),
                       reason);
        }
        ++harmless_[reason];
    }

    /// Bytes that no field, no checksum and no reader covers. A sample of them is read.
    std::string reason_when_plain(std::size_t at) {
        const Region region = original_.region(at);
        if (region != Region::Free && region != Region::BlockPadding) {
            return {};
        }
        if (silent_++ % options_.read_every == 0) {
            const Reading reading = read(original_, file_.path());
            if (!reading.failure.empty() || !reading.differences.empty()) {
                detail_ = ": the reader sees it";
                return {};
            }
        }
        return region == Region::Free
                   ? "space that the AMap calls free: overwritten before it is read"
                   : "padding between data and trailer: outside cb and the CRC";
    }

    std::string reason_when_mended(std::size_t at, std::byte mask) {
        const Reading reading = read(original_, file_.path());
        if (!reading.failure.empty()) {
            detail_ = ": the reader fails: " + reading.failure;
            return {};
        }
        if (!reading.differences.empty()) {
            return "content that is said once: " + kind_of_difference(reading.differences.front());
        }
        if (original_.region(at) == Region::PageTail) {
            return "page behind its last entry: never read";
        }
        if (original_.region(at) == Region::BlockData) {
            return reason_in_block(at);
        }
        if (is_counter(at)) {
            return "counter that is still above all that is in use: numbers are passed over";
        }
        if (at == pst::ndb::kDListOffset && mask == std::byte{1}) {
            return "BACKFILL_COMPLETE of a density list without entries: right both ways";
        }
        return {};
    }

    /// bidNextP, dwUnique, rgnid, bidNextB: what the next number of a kind is taken from.
    static bool is_counter(std::size_t at) {
        const auto in = [at](std::size_t field, std::size_t size) {
            return at >= field && at < field + size;
        };
        using pst::ndb::HeaderUnicode;
        return in(offsetof(HeaderUnicode, bidNextP), sizeof(HeaderUnicode::bidNextP)) ||
               in(offsetof(HeaderUnicode, dwUnique), sizeof(HeaderUnicode::dwUnique)) ||
               in(offsetof(HeaderUnicode, rgnid), sizeof(HeaderUnicode::rgnid)) ||
               in(offsetof(HeaderUnicode, bidNextB), sizeof(HeaderUnicode::bidNextB));
    }

    /// What the readers do not look at: whose it is.
    std::string reason_in_block(std::size_t at) {
        const BlockPlace& block = original_.block(at);
        for (const pst::check::NodeInfo& node : original_.index().nodes) {
            if (node.data == block.bid) {
                return fmt::format("said once, and read by Outlook alone: node of type {:#x}",
                                   static_cast<unsigned>(node.nid.type()));
            }
        }
        return "said once, and read by Outlook alone: subnode or part of a data tree";
    }

    static std::size_t sum(const std::map<std::string, std::size_t>& counts) {
        std::size_t result = 0;
        for (const auto& [name, count] : counts) {
            result += count;
        }
        return result;
    }

    void print() const {
        const auto list = [](std::string_view title,
                             const std::map<std::string, std::size_t>& counts) {
            fmt::print("{}: {}\n", title, sum(counts));
            for (const auto& [name, count] : counts) {
                fmt::print("    {:>7}  {}\n", count, name);
            }
        };
        list("flips tried", tried_);
        list("caught (error or warning)", caught_);
        list("told as info", told_);
        list("first rule", by_rule_);
        list("harmless", harmless_);
        fmt::print("missed: {}\n", missed_);
    }

    const Original& original_;
    const Options& options_;
    MemoryFile file_;
    std::set<std::string> told_of_original_;
    std::map<std::string, std::size_t> tried_;
    std::map<std::string, std::size_t> caught_;
    std::map<std::string, std::size_t> told_;
    std::map<std::string, std::size_t> by_rule_;
    std::map<std::string, std::size_t> harmless_;
    std::size_t silent_ = 0;
    std::size_t missed_ = 0;
    std::string detail_;
};

Options parse(const std::vector<std::string>& arguments) {
    Options options;
    const auto number = [](std::string_view text) {
        std::size_t value = 0;
        std::from_chars(text.data(), text.data() + text.size(), value);
        return value;
    };
    for (const std::string& argument : arguments) {
        if (argument == "--mended") {
            options.mended = true;
        } else if (argument.starts_with("--every=")) {
            options.every = std::max<std::size_t>(number(argument.substr(8)), 1);
        } else if (argument.starts_with("--bits=")) {
            options.bits = std::clamp<std::size_t>(number(argument.substr(7)), 1, 8);
        } else if (argument == "--list") {
            options.list = true;
        } else if (argument.starts_with("--from=")) {
            options.from = number(argument.substr(7));
        } else if (argument.starts_with("--")) {
            throw std::invalid_argument(
                "usage: flip_bits [--mended] [--every=N] [--from=K] [--bits=N] [--list] "
                "[FILE.pst]");
        } else {
            options.file = argument;
        }
    }
    return options;
}

Bytes sample(const Options& options) {
    const test::TemporaryFolder folder;
    std::string path = options.file;
    if (path.empty()) {
        path = folder / "sample.pst";
        test::write_sample_store(path);
    }
    return base::to_bytes(base::read_file(path, std::uint64_t{1} << 30));
}

}  // namespace

int main(int argc, char** argv) {
    try {
        const Options options = parse({argv + 1, argv + argc});
        const Original original(sample(options));
        return Sweep(original, options).run();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "flip_bits: %s\n", error.what());
        return 2;
    }
}
