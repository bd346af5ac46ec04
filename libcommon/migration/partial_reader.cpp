#include "migration/partial_reader.hpp"

#include "base/error.hpp"

namespace mbx::migration {

PartialReader::PartialReader(const base::ByteSource& source) {
    try {
        reader_ = source.open();
    } catch (const Error& error) {
        damage_ = error.what();
    }
}

std::size_t PartialReader::read(base::MutableByteView out) {
    if (!damage_.empty()) {
        return 0;
    }
    try {
        return reader_->read(out);
    } catch (const Error& error) {
        damage_ = error.what();
        return 0;
    }
}

}  // namespace mbx::migration
