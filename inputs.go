package polytls

import (
	"os"

	"polytls/failure"
)

// input is an element of an option: bytes that the option holds, or the content of a
// file that it names.
type input struct {
	item failure.Item
	file string // "" for bytes of the option
	data []byte
}

// inputs returns the elements of an option, and then the contents of the files that its
// counterpart for files names: Cert and CertFile.
func inputs(option string, given [][]byte, files []string) ([]input, error) {
	var all []input
	for i, data := range given {
		all = append(all, input{item: item(option, i), data: data})
	}
	for i, file := range files {
		in := input{item: item(option+"File", i), file: file}
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, in.fail(&Error{Code: failure.CodeOf(err), Err: err})
		}
		in.data = data
		all = append(all, in)
	}
	return all, nil
}

// fail returns err as an Error that names the option at fault, and the file unless the
// cause names it.
func (in input) fail(err error) *Error {
	if own, ok := err.(*Error); ok && in.file != "" && own.Reason != "" {
		err = own.About(in.file)
	}
	return optionItem(in.item, err)
}
