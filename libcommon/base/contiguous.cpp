#include "base/contiguous.hpp"

#include <sys/mman.h>

#include <cerrno>
#include <utility>

#include "base/error.hpp"
#include "base/file.hpp"

namespace mbx::base {

Contiguous::Contiguous(SharedSource source, std::uint64_t memory_limit)
    : source_(std::move(source)) {
    view_ = source_->in_memory();
    if (!view_.empty()) {
        return;
    }
    if (source_->size() > memory_limit) {
        map_copy();
        return;
    }
    memory_ = read_all(*source_, memory_limit);
    view_ = memory_;
}

Contiguous::~Contiguous() {
    if (mapped_ != nullptr) {
        ::munmap(mapped_, view_.size());
    }
}

void Contiguous::map_copy() {
    File file = File::temporary();
    std::uint64_t size = 0;
    for_each_piece(*source_, [&](ByteView piece) {
        file.write(piece);
        size += piece.size();
    });
    void* const mapped = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.descriptor(), 0);
    if (mapped == MAP_FAILED) {  // NOLINT(performance-no-int-to-ptr): mmap(2) says so
        throw system_error(errno, "cannot map a temporary file");
    }
    mapped_ = mapped;
    view_ = ByteView(static_cast<const std::byte*>(mapped), size);
}

}  // namespace mbx::base
