// Package checks holds the checks that every client of tests/interop passes, for clients in Go.
// Every check prints one line that the driver reads.
package checks

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
)

// Patience bounds every wait.
const Patience = 30 * time.Second

// First is the time of the first record, in milliseconds.
const First = int64(1_600_000_000_000)

const (
	topicAlreadyExists = 36
	invalidPartitions  = 37
	invalidConfig      = 40
)

// Header is one header of a record; a nil value is null.
type Header struct {
	Key   string
	Value []byte
}

// Record is what a client sends and gets back; nil keys and values are null.
type Record struct {
	Key, Value []byte
	Headers    []Header
	Time       int64
	Offset     int64
}

// Refused is the broker's error code.
type Refused int16

func (code Refused) Error() string { return fmt.Sprintf("refused with code %d", int16(code)) }

// Reader reads partition 0 of a topic.
type Reader interface {
	Take(count int) ([]Record, error)
	Close()
}

// Where a Reader starts when it is not an offset.
const (
	Earliest = int64(-2)
	Latest   = int64(-1)
)

// Face is what a client can do. AtTime answers -1 when no record is so late.
type Face interface {
	Name() string
	LeftOut() map[string]string
	Brokers() ([]string, error)
	Topics() (map[string]bool, error)
	Leaders(topic string) (int, error)
	Create(topic string, partitions int, configs map[string]string) error
	Grow(topic string, partitions int) error
	Delete(topic string) error
	Config(topic, key string) (string, error)
	Alter(topic, key, value string) error
	Send(topic string, records []Record, codec string, idempotent bool) ([]int64, error)
	Reader(topic string, at int64) (Reader, error)
	Bounds(topic string) (int64, int64, error)
	AtTime(topic string, time int64) (int64, error)
	DeleteRecords(topic string, before int64) error
}

// Bootstrap is the broker under test.
func Bootstrap() string { return os.Getenv("CORELANE_BOOTSTRAP") }

type check struct {
	name string
	run  func(Face)
}

func all() []check {
	list := []check{{"metadata", metadata}}
	for _, name := range []string{"none", "gzip", "snappy", "lz4", "zstd"} {
		list = append(list, check{"codec-" + name, func(face Face) { codec(face, name) }})
	}
	return append(list,
		check{"records", records}, check{"idempotence", idempotence},
		check{"from-earliest", fromEarliest}, check{"from-latest", fromLatest},
		check{"from-time", fromTime}, check{"topics", topics}, check{"configs", configs},
		check{"delete-records", deleteRecords})
}

// Run runs all checks, prints a line for each, and ends the process: 1 if one failed.
func Run(face Face) {
	status := 0
	for _, check := range all() {
		if why, out := face.LeftOut()[check.name]; out {
			fmt.Printf("left out %s: %s\n", check.name, why)
		} else if err := caught(func() { check.run(face) }); err != nil {
			fmt.Printf("failed %s: %v\n", check.name, err)
			status = 1
		} else {
			fmt.Printf("ok %s\n", check.name)
		}
	}
	os.Exit(status)
}

// failure is how a check stops: see caught.
type failure struct{ err error }

func caught(run func()) (err error) {
	defer func() {
		switch found := recover().(type) {
		case nil:
		case failure:
			err = found.err
		default:
			panic(found)
		}
	}()
	run()
	return nil
}

func fail(format string, values ...any) { panic(failure{fmt.Errorf(format, values...)}) }

func must(err error) {
	if err != nil {
		fail("%w", err)
	}
}

func value[T any](got T, err error) T {
	must(err)
	return got
}

func equal(what string, got, wanted any) {
	if a, b := fmt.Sprint(got), fmt.Sprint(wanted); a != b {
		fail("%s: got %.300s, wanted %.300s", what, a, b)
	}
}

func refused(code Refused, err error) {
	var got Refused
	if !errors.As(err, &got) {
		fail("not refused with code %d: %v", code, err)
	}
	equal("error code", got, code)
}

func until(what string, holds func() bool) {
	for start := time.Now(); !holds(); time.Sleep(50 * time.Millisecond) {
		if time.Since(start) > Patience {
			fail("not in %v: %s", Patience, what)
		}
	}
}

func topic(face Face, stem string, partitions int, configs map[string]string) string {
	name := fmt.Sprintf("%s-%s-%d-%d", face.Name(), stem, os.Getpid(), time.Now().UnixNano())
	if configs == nil {
		// What is produced here is years old, and must stay.
		configs = map[string]string{"retention.ms": "-1"}
	}
	must(face.Create(name, partitions, configs))
	led(face, name, partitions)
	return name
}

func led(face Face, topic string, partitions int) {
	until("all partitions have a leader", func() bool {
		leaders, err := face.Leaders(topic)
		return err == nil && leaders == partitions
	})
}

func numbered(count int) []Record {
	list := make([]Record, count)
	for n := range list {
		text := fmt.Sprintf("record %d %s", n, strings.Repeat("lane ", n%40))
		list[n] = Record{Value: []byte(text), Time: First}
	}
	return list
}

func read(face Face, topic string, at int64, count int) []Record {
	reader := value(face.Reader(topic, at))
	defer reader.Close()
	return value(reader.Take(count))
}

func offsets(records []Record) []int64 {
	list := make([]int64, len(records))
	for n, record := range records {
		list[n] = record.Offset
	}
	return list
}

// from lists the offsets from first up to, not including, end.
func from(first, end int64) []int64 {
	list := make([]int64, 0, end-first)
	for ; first < end; first++ {
		list = append(list, first)
	}
	return list
}

func sameValues(got, sent []Record) {
	equal("how many", len(got), len(sent))
	for n := range sent {
		if !bytes.Equal(got[n].Value, sent[n].Value) {
			fail("value %d: got %q", n, got[n].Value)
		}
	}
}
