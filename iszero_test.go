package polytls

import (
	"reflect"
	"testing"
)

// TestIsZeroKnowsEachOption sets each field of ContextOptions by itself.
func TestIsZeroKnowsEachOption(t *testing.T) {
	if !new(ContextOptions).isZero() {
		t.Error("no option is set, and isZero is false")
	}
	for i, field := range reflect.VisibleFields(reflect.TypeFor[ContextOptions]()) {
		var o ContextOptions
		v := reflect.ValueOf(&o).Elem().Field(i)
		switch v.Kind() {
		case reflect.Slice:
			v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		case reflect.Pointer:
			v.Set(reflect.New(v.Type().Elem()))
		case reflect.Func:
			v.Set(reflect.MakeFunc(v.Type(), nil))
		case reflect.String:
			v.SetString("x")
		case reflect.Bool:
			v.SetBool(true)
		case reflect.Uint64:
			v.SetUint(1)
		case reflect.Int, reflect.Int64:
			v.SetInt(1)
		default:
			t.Fatalf("a field of kind %s", v.Kind())
		}
		if o.isZero() {
			t.Errorf("%s is set, and isZero is true", field.Name)
		}
	}
}
