// sarama: the checks with sarama.
package main

import (
	"errors"
	"fmt"
	"time"

	"corelane/interop/checks"

	"github.com/IBM/sarama"
)

type face struct {
	client sarama.Client
	admin  sarama.ClusterAdmin
}

func settings() *sarama.Config {
	config := sarama.NewConfig()
	config.Version = sarama.MaxVersion
	config.Producer.Return.Successes = true
	config.Producer.RequiredAcks = sarama.WaitForAll
	config.Producer.Partitioner = sarama.NewManualPartitioner
	config.Producer.Flush.Frequency = 5 * time.Millisecond
	config.Consumer.Return.Errors = true
	config.Metadata.AllowAutoTopicCreation = false
	return config
}

func main() {
	client, err := sarama.NewClient([]string{checks.Bootstrap()}, settings())
	if err != nil {
		panic(err)
	}
	admin, err := sarama.NewClusterAdminFromClient(client)
	if err != nil {
		panic(err)
	}
	checks.Run(face{client, admin})
}

// told turns the broker's refusal into its code.
func told(err error) error {
	var code sarama.KError
	if errors.As(err, &code) {
		return fmt.Errorf("%w: %w", checks.Refused(code), err)
	}
	return err
}

func (face) Name() string               { return "sarama" }
func (face) LeftOut() map[string]string { return nil }

func (face face) Brokers() ([]string, error) {
	brokers, _, err := face.admin.DescribeCluster()
	var addresses []string
	for _, broker := range brokers {
		addresses = append(addresses, broker.Addr())
	}
	return addresses, err
}

func (face face) Topics() (map[string]bool, error) {
	names := map[string]bool{}
	found, err := face.admin.ListTopics()
	for name := range found {
		names[name] = true
	}
	return names, err
}

func (face face) Leaders(topic string) (int, error) {
	found, err := face.admin.DescribeTopics([]string{topic})
	if err != nil {
		return 0, err
	}
	count := 0
	for _, partition := range found[0].Partitions {
		if partition.Leader >= 0 {
			count++
		}
	}
	return count, nil
}

func (face face) Create(topic string, partitions int, configs map[string]string) error {
	detail := sarama.TopicDetail{
		NumPartitions: int32(partitions), ReplicationFactor: 1, ConfigEntries: map[string]*string{},
	}
	for key, value := range configs {
		detail.ConfigEntries[key] = &value
	}
	if err := face.admin.CreateTopic(topic, &detail, false); err != nil {
		return told(err)
	}
	return face.client.RefreshMetadata(topic)
}

func (face face) Grow(topic string, partitions int) error {
	return told(face.admin.CreatePartitions(topic, int32(partitions), nil, false))
}

func (face face) Delete(topic string) error { return told(face.admin.DeleteTopic(topic)) }

func (face face) Config(topic, key string) (string, error) {
	entries, err := face.admin.DescribeConfig(sarama.ConfigResource{
		Type: sarama.TopicResource, Name: topic, ConfigNames: []string{key}})
	if err != nil {
		return "", told(err)
	}
	return entries[0].Value, nil
}

func (face face) Alter(topic, key, value string) error {
	return told(face.admin.IncrementalAlterConfig(sarama.TopicResource, topic,
		map[string]sarama.IncrementalAlterConfigsEntry{
			key: {Operation: sarama.IncrementalAlterConfigsOperationSet, Value: &value},
		}, false))
}

var codecs = map[string]sarama.CompressionCodec{
	"none": sarama.CompressionNone, "gzip": sarama.CompressionGZIP,
	"snappy": sarama.CompressionSnappy, "lz4": sarama.CompressionLZ4, "zstd": sarama.CompressionZSTD,
}

// encoded keeps null apart from empty.
func encoded(bytes []byte) sarama.Encoder {
	if bytes == nil {
		return nil
	}
	return sarama.ByteEncoder(bytes)
}

func (face) Send(
	topic string, records []checks.Record, codec string, idempotent bool,
) ([]int64, error) {
	config := settings()
	config.Producer.Compression = codecs[codec]
	config.Producer.Idempotent = idempotent
	config.Net.MaxOpenRequests = 1
	producer, err := sarama.NewSyncProducer([]string{checks.Bootstrap()}, config)
	if err != nil {
		return nil, err
	}
	defer producer.Close()
	sent := make([]*sarama.ProducerMessage, len(records))
	for n, record := range records {
		sent[n] = &sarama.ProducerMessage{
			Topic: topic, Key: encoded(record.Key), Value: encoded(record.Value),
			Timestamp: time.UnixMilli(record.Time),
		}
		for _, header := range record.Headers {
			one := sarama.RecordHeader{Key: []byte(header.Key), Value: header.Value}
			sent[n].Headers = append(sent[n].Headers, one)
		}
	}
	if err := producer.SendMessages(sent); err != nil {
		return nil, told(err)
	}
	offsets := make([]int64, len(records))
	for n, message := range sent {
		offsets[n] = message.Offset
	}
	return offsets, nil
}

type reader struct {
	consumer  sarama.Consumer
	partition sarama.PartitionConsumer
}

func (face) Reader(topic string, at int64) (checks.Reader, error) {
	consumer, err := sarama.NewConsumer([]string{checks.Bootstrap()}, settings())
	if err != nil {
		return nil, err
	}
	// Its words for both ends are Kafka's own: -2 and -1.
	partition, err := consumer.ConsumePartition(topic, 0, at)
	return reader{consumer, partition}, told(err)
}

func (reader reader) Take(count int) ([]checks.Record, error) {
	var taken []checks.Record
	deadline := time.After(checks.Patience)
	for len(taken) < count {
		select {
		case one := <-reader.partition.Messages():
			record := checks.Record{
				Key: one.Key, Value: one.Value, Offset: one.Offset, Time: one.Timestamp.UnixMilli(),
			}
			for _, header := range one.Headers {
				record.Headers = append(record.Headers, checks.Header{
					Key: string(header.Key), Value: header.Value})
			}
			taken = append(taken, record)
		case err := <-reader.partition.Errors():
			return nil, err
		case <-deadline:
			return nil, fmt.Errorf("%d of %d records", len(taken), count)
		}
	}
	return taken, nil
}

func (reader reader) Close() {
	reader.partition.Close()
	reader.consumer.Close()
}

func (face face) Bounds(topic string) (int64, int64, error) {
	start, err := face.client.GetOffset(topic, 0, sarama.OffsetOldest)
	if err != nil {
		return 0, 0, err
	}
	end, err := face.client.GetOffset(topic, 0, sarama.OffsetNewest)
	return start, end, err
}

func (face face) AtTime(topic string, time int64) (int64, error) {
	return face.client.GetOffset(topic, 0, time)
}

func (face face) DeleteRecords(topic string, before int64) error {
	return told(face.admin.DeleteRecords(topic, map[int32]int64{0: before}))
}
